"""Articles that a page carries in its scripts, for a browser to write into it.

Pages that are built in the browser come with hardly any text, and with all of it in the state of
their program: as one string of HTML, or as a list of paragraphs. So the strings of all scripts are
looked at, whatever program wrote them; what is HTML and the longest is the article, else the prose
under the key that holds the most of it.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from html import escape
from typing import Any

from ingestor.clean.markup import blocks

MAX_SCRIPT = 4_000_000
"""Longest script that is looked at, in characters."""

LEAST = 200
"""Shortest article, in characters of text."""

PROSE = 60
"""Shortest string that is a paragraph, in characters."""

# A string without an end takes all the rest, lest each of its quotes be tried as a beginning.
_PAIR = re.compile(r'"(\w{1,40})"\s{0,9}:\s{0,9}"((?:[^"\\]|\\.)*+)(?:"|\\?\Z)', re.DOTALL)
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*+)(?:"|\\?\Z)', re.DOTALL)
_PARAGRAPH = re.compile(r"<p[\s>]|<br\s*/?>\s*<br", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?。！？।۔։።][\"'”’»」』)]?(?:\s|\Z|<)")


def embedded(root: Any) -> str:
    """The article that the scripts of a page hold, as HTML; empty if there is none.

    Args:
        root: An lxml tree of the whole page.
    """
    pairs = [pair for script in root.iter("script") for pair in _pairs(script.text or "")]
    markup = max((v for _, v in pairs if len(_PARAGRAPH.findall(v)) > 1), key=len, default="")
    if sum(len(block.text) for block in blocks(markup)) >= LEAST:
        return markup
    by_key: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for key, value in pairs:
        if len(value) >= PROSE and _SENTENCE.search(value) and not _is_code(value):
            by_key[key][value] = None
    prose = max(by_key.values(), key=lambda found: sum(map(len, found)), default={})
    told = "".join(f"<p>{value if '<' in value else escape(value)}</p>" for value in prose)
    return told if sum(map(len, prose)) >= LEAST else ""


def _pairs(script: str) -> Iterator[tuple[str, str]]:
    """Keys and their strings, as they stand and within strings that hold such text themselves."""
    script = script[:MAX_SCRIPT]
    yield from _decoded(script)
    for literal in _LITERAL.finditer(script):
        if len(literal[1]) >= LEAST and '\\"' in literal[1]:
            yield from _decoded(_string(literal[1]))


def _decoded(text: str) -> Iterator[tuple[str, str]]:
    for key, value in _PAIR.findall(text):
        if len(value) >= PROSE and not _is_code(value := _string(value)):
            yield key, value


def _string(literal: str) -> str:
    try:
        return str(json.loads(f'"{literal}"', strict=False))
    except ValueError:
        return ""


def _is_code(value: str) -> bool:
    return value.lstrip()[:1] in {"{", "["} or '":' in value or "function(" in value
