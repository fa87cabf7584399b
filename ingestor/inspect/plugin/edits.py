"""What an outlet changed after publication, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

from ingestor.store.values import ArticleDetail

MAX_PARAGRAPHS = 1_000  # of either version; longer ones are shown as a whole
MAX_TOKENS = 2_000  # of either side of a change; longer ones are shown as a whole
# A character of a script without spaces, a word, a blank, or a sign.
_TOKEN = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff\uac00-\ud7a3]|\w+|\s+|."
)

Kind = Literal["same", "out", "in"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A run of text that an edit left, took out or put in."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """From one version to the next: the changed paragraphs only, the title among them."""

    number: int
    at: datetime
    paragraphs: tuple[tuple[Change, ...], ...]


def edits(article: ArticleDetail) -> tuple[Edit, ...]:
    """What was changed from each version to the next, the latest change first."""
    versions = [
        *((r.number, r.replaced_at, _paragraphs(r.title, r.text)) for r in article.revisions),
        (0, article.first_seen_at, _paragraphs(article.title, article.text)),
    ]
    return tuple(
        Edit(number=number, at=replaced_at, paragraphs=tuple(_changes(old, new)))
        for (number, replaced_at, old), (_, _, new) in pairwise(versions)
    )[::-1]


def _paragraphs(title: str, text: str) -> list[str]:
    return [title, *text.split("\n\n")]


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Change, ...]]:
    """Compare paragraphs, then the words of those that differ."""
    if max(len(old), len(new)) > MAX_PARAGRAPHS:
        yield tuple(_change("\n".join(old), "\n".join(new)))
        return
    for kind, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        if kind != "equal":
            yield tuple(_words("\n".join(old[i:j]), "\n".join(new[k:m])))


def _words(old: str, new: str) -> Iterator[Change]:
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    if max(len(before), len(after)) > MAX_TOKENS:
        yield from _change(old, new)
        return
    # With its notion of junk, so that a word repeated without end costs no quadratic time.
    for kind, i, j, k, m in SequenceMatcher(None, before, after).get_opcodes():
        if kind == "equal":
            yield Change(kind="same", text="".join(before[i:j]))
        else:
            yield from _change("".join(before[i:j]), "".join(after[k:m]))


def _change(old: str, new: str) -> Iterator[Change]:
    if old:
        yield Change(kind="out", text=old)
    if new:
        yield Change(kind="in", text=new)
