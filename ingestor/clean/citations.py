"""Whom a report cites in its sentences: "according to Reuters", "据新华社报道", "dpa zufolge".

A source that is none does more harm than one that is missed, since articles that share a source
become one story. So a known agency counts only beside such words, and another name only if it is
an outlet's by its shape: an address, or a name with a word in it that outlets are called by.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby

from ingestor.clean.words import exact

_BETWEEN = 5  # words between "according to" and an agency: "the Russian state news agency"
_NEAR = 70  # characters looked at before and behind a name
_INNER = re.compile(r"[a-z][A-Z]")
_UNSPACED = re.compile("[\u3040-\ud7a3\u0e00-\u0e7f]")
_UPPER = r"[^\W\d_a-zß-öø-ÿа-яё]"  # begins a name: a capital, or a letter of a script without case
_HOST = r"(?:[a-z0-9][a-z0-9-]{0,40}\.){1,3}[a-z]{2,12}(?![\w-])"
_DOMAIN = re.compile(rf"{_HOST}\Z")
_ZH = "日报|晚报|早报|时报|新闻网|周刊|电视台|通讯社|日報|時報|晚報|新聞網"
_JA = "新聞|テレビ|タイムズ|放送|ニュース"
_KO = "일보|신문|뉴스|방송|타임스|포스트"
_EAST = re.compile(
    rf"[据據](?P<zh>[^\s，。,（）()《》]{{2,12}}?(?:{_ZH}))"
    r"(?:\d|[，,]|记者|記者|报道|報導|消息|讯|訊)"
    rf"|(?P<ja>[^\s、。「」（）]{{2,10}}?(?:{_JA}))(?:によると|によれば|が報じ|は報じ|が伝え)"
    rf"|(?P<ko>[^\s,.“”\"()]{{2,12}}?(?:{_KO}))"
    r"(?:에 따르면|[가이은는]? 보도)"
)
_ENDINGS = "zeitung|blatt|bladet|post"  # of a word that is an outlet's name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cues:
    before: re.Pattern[str]  # up to the place where an agency's name begins
    after: re.Pattern[str]
    outlet: re.Pattern[str]  # the words, and what may be an outlet's name behind them
    called: re.Pattern[str]
    any_called: re.Pattern[str]  # what a text holds that names an outlet in any way: quick to tell
    pictures: frozenset[str]


@cache  # the file is part of the package: reading it again would give the same
def _cues() -> _Cues:
    text = (files("ingestor.clean") / "citations.toml").read_text(encoding="utf-8")
    table: Mapping[str, list[str]] = tomllib.loads(text)
    spaced = exact(word for word in table["before"] if not _UNSPACED.match(word))
    unspaced = exact(word for word in table["before"] if _UNSPACED.match(word))
    begins = rf"(?<!\w)[وف]?(?:{spaced})"
    word = r"(?!(?:that|dass|que|che|что|що|att|že|że|hogy)\s)[^\s.,;:!?()。，、“”„\"«»]{1,24}"
    article = (
        r"(?:l[’']|(?:the|a|der|die|dem|das|le|la|les|el|il|lo|o|de|het|báo|tờ|trang|агентства|газете"
        r"|изданию|news site|site)\s)"
    )
    name = rf"{_UPPER}[\w’'&-]*(?:\s(?:of\s|de\s|du\s|la\s|el\s)?{_UPPER}[\w’'&-]*){{0,3}}"
    return _Cues(
        before=re.compile(
            rf"(?:{begins}|{unspaced})"
            rf"(?:\s?[’'-]?(?:l[’'])?|(?:\s{word}){{0,{_BETWEEN}}}\s(?:l[’'])?)\Z",
            re.IGNORECASE,
        ),
        after=re.compile(rf"(?:[’':]?\w{{0,3}})?\s?(?:{exact(table['after'])})", re.IGNORECASE),
        outlet=re.compile(
            rf"(?i:{begins})\s{article}{{0,2}}[„“\"«‘']?"
            rf"(?P<name>{name}|(?i:www\.)?{_HOST})"
        ),
        called=re.compile(rf"(?<!\w)(?:{exact(table['outlets'])})(?!\w)|(?:{_ENDINGS})(?!\w)"),
        any_called=re.compile(
            # Each alternative begins with its letter: so the engine skips all others at once.
            rf"{_by_letter(table['outlets'])}|{_ENDINGS}|{_ZH}|{_JA}|{_KO}|\.[a-z]"
        ),
        pictures=frozenset(map(str.casefold, table["pictures"])),
    )


def _by_letter(words: Iterable[str]) -> str:
    """A pattern for any of some words: an alternative for each letter that they begin with."""
    groups = groupby(sorted(words), key=lambda word: word[0])
    return "|".join(exact(group) for _, group in groups)


def is_cited(text: str, start: int, end: int) -> bool:
    """Whether a known name at a place of a text is cited there, not merely spoken of."""
    cues = _cues()
    before, after = text[max(start - _NEAR, 0) : start], text[end : end + _NEAR]
    return bool(cues.before.search(before) or cues.after.match(after))


def outlets_in(text: str) -> Iterator[str]:
    """Names of outlets that a text cites, agencies left out."""
    cues = _cues()
    if not cues.any_called.search(text):
        return  # most texts
    for match in cues.outlet.finditer(text):
        name = match["name"].rstrip("’'-")
        if is_outlet(name):
            yield name
    if not _UNSPACED.search(text):
        return
    yield from (match["zh"] or match["ja"] or match["ko"] for match in _EAST.finditer(text))


def is_outlet(name: str) -> bool:
    """Whether a name has the shape of an outlet's: an address, or called as outlets are."""
    return not is_picture_source(name) and bool(
        _DOMAIN.match(name.lower()) or _cues().called.search(name) or _EAST.match(f"据{name}报道")
    )


def is_written_as_one(name: str) -> bool:
    """Whether a name has a capital within a word, as VnExpress has: companies of the web do."""
    return _INNER.search(name) is not None


def is_picture_source(name: str) -> bool:
    """Whether a name says where a picture comes from, never a report."""
    return name.casefold() in _cues().pictures
