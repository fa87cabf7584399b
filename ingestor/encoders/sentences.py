"""Text to sentences, in any script."""

from __future__ import annotations

import re

MAX_SENTENCES = 20  # of an article: more found nothing more, see docs/dedup.md
MAX_CHARACTERS = 400  # of a sentence; the encoder reads no more than its first 100 tokens or so
MIN_CHARACTERS = 4

_CLOSING = "\"'”“’»›」』）)］\\]】"
# Always ends a sentence: CJK, Devanagari, Urdu, Ethiopic, Khmer, Myanmar, Armenian, Tibetan.
_HARD = "。！？｡．।॥۔።។၊။։།"
# One that may also end an abbreviation: white space and no small letter must follow.
_SOFT = ".!?…؟"
# It begins with its stop: so the engine skips other letters at once.
_STOP = re.compile(
    rf"[{_HARD}{_SOFT}](?:(?<=[{_HARD}])[{_CLOSING}]*|[{_CLOSING}]*\s+(?![a-zà-öø-ÿа-яё]))"
)
_ABBREVIATED = re.compile(
    r"(?:^|[\s(.])(?:\w|\d{1,2}|[A-ZА-Я]\w{0,2}|Prof|Sept|Corp|bzw|усл|тыс|млн)\.$"
)
_THAI = re.compile(r"[\u0e00-\u0eff]")
_THAI_CLAUSE = 60


def split(text: str) -> list[str]:
    """Cut a text into sentences; where a script has no stop, into clauses of some length.

    Lines are never joined. A sentence longer than MAX_CHARACTERS is cut off there: what follows
    could not be encoded.
    """
    found: list[str] = []
    thai = _THAI.search(text) is not None
    for line in text.splitlines():
        pieces = _clauses(line) if thai and _THAI.search(line) else _stops(line)
        found += (piece[:MAX_CHARACTERS] for piece in pieces if len(piece) >= MIN_CHARACTERS)
    return found


def _stops(line: str) -> list[str]:
    """Cut a line at its full stops, but not at those of abbreviations, initials and ordinals."""
    found: list[str] = []
    start = 0
    for match in _STOP.finditer(line):
        piece = line[start : match.end()].strip()
        if piece and not _ABBREVIATED.search(piece[-8:]):
            found.append(piece)
            start = match.end()
    return [*found, line[start:].strip()]


def _clauses(line: str) -> list[str]:
    """Cut a Thai or Lao line at the spaces, which part clauses, once there is enough to encode."""
    found = [""]
    for clause in line.split():
        if len(found[-1]) >= _THAI_CLAUSE:
            found.append("")
        found[-1] = f"{found[-1]} {clause}".strip()
    return found
