"""Which rule a whole line matches, in the article in which it stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingestor import urls
from ingestor.clean.markup import Block, Role, essence
from ingestor.clean.rule import MAX_LINE, Rule, Rules
from ingestor.clean.words import first_letters

_DIGIT = re.compile(r"\d")
_AROUND_NAMES = frozenset((
    "bao", "com", "daily", "editorial", "newsdesk", "net", "news", "newspaper", "online", "portal",
    "redaktion", "staff", "team", "the", "tv",
))  # fmt: skip
"""What outlets are called beside the name that their address has, in letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the rules may ask about the article around a block: its title, its address."""

    title: str = ""
    url: str = ""


def matching(block: Block, rules: Rules, context: Context) -> tuple[Rule, re.Match[str]] | None:
    """The first of some rules for whole blocks that a block matches, if any does."""
    if len(block.text) > MAX_LINE:
        return None
    for rule, match in _alike(rules, block.text, block.role, block.link_share):
        if _fits(rule, block, context, match):
            return rule, match
    return None


@lru_cache(maxsize=1024)  # a feed has the same lines under all of its articles
def _alike(
    rules: Rules, text: str, role: Role, share: float
) -> Sequence[tuple[Rule, re.Match[str]]]:
    """The rules that a line matches in some article, up to the first that it matches in any."""
    found = []
    kinds: frozenset[str] | None = None
    numbered = _DIGIT.search(text) is not None
    first = rules.first.of(first_letters(text))
    signs = rules.signs.intersection(text)
    for rule in _open_to(rules, role, first, text[-1], signs, numbered):
        if share < rule.linked:
            continue
        if rule.kinds:
            if kinds is None:
                kinds = rules.held.within(text)
            if any(map(kinds.isdisjoint, rule.kinds)):
                continue
        if match := rule.match(text):
            found.append((rule, match))
            if not (rule.titled or rule.same_site or rule.names_site):
                break
    return found


@lru_cache(maxsize=1 << 12)  # lines begin and end alike
def _open_to(
    rules: Rules,
    role: Role,
    first: frozenset[str],
    last: str,
    signs: frozenset[str],
    numbered: bool,
) -> Sequence[Rule]:
    """The rules that a line may match, for all that its role, its ends, signs and digits tell."""
    return [
        rule
        for rule in rules
        if (role in rule.roles if rule.roles else role != "quote")
        and not (rule.begins and rule.begins.isdisjoint(first))
        and (not rule.ends or last in rule.ends)
        and last not in rule.never_ends
        and (numbered or not rule.numbered)
        and (not rule.signs or not signs.isdisjoint(rule.signs))
    ]


def _is_name_of(url: str, name: str) -> bool:
    """Whether a name is that of an address's site, as far as that says it: `tuoitre.vn`."""
    label, _, suffix = urls.site(url).partition(".")
    label, letters = essence(label), _plain(name)
    rest = letters.replace(label, "", 1) if label else letters
    return letters != rest and rest in _AROUND_NAMES | {"", essence(suffix)}


def _plain(name: str) -> str:
    """The letters of a name as an address writes them, without accents."""
    letters = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return essence("".join(c for c in letters if not unicodedata.combining(c)))


def _fits(rule: Rule, block: Block, context: Context, match: re.Match[str]) -> bool:
    """Whether a block stands to its article as a rule asks."""
    if rule.titled and not (context.title and context.title in block.text):
        return False
    if rule.names_site and not _is_name_of(context.url, match["own"]):
        return False
    return not rule.same_site or _on_site(block.links, context.url)


def _on_site(links: Sequence[str], url: str) -> bool:
    """Whether all links lead to the site of an address, and to another page of it."""
    site = urls.site(url) if url else ""
    targets = [urls.resolve(url, link) for link in links]
    return bool(site and targets) and all(
        target and urls.site(target) == site and urls.canonical(target) != urls.canonical(url)
        for target in targets
    )
