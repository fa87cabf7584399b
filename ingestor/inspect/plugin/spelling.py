"""Shared names as a text spells them; the judge keeps only their consonants."""

from __future__ import annotations

import re

from ingestor.dedup.names import MIN_CONSONANTS, skeleton

MOST = 12  # names of one judgement
_TEXT = 20_000  # characters that are looked through
_WORD = re.compile(r"[^\W\d_]{2,}")


def spelled(skeletons: object, text: str) -> tuple[str, ...]:
    """Find the words of a text that have these consonants.

    Args:
        skeletons: As the evidence of a judgement names them; anything else gives nothing.
        text: Of one of the two articles.

    Returns:
        Words in the order of the text, at most `MOST`; names that are not in the text are left out.
    """
    if not isinstance(skeletons, list):
        return ()
    wanted = {name for name in skeletons if isinstance(name, str) and len(name) >= MIN_CONSONANTS}
    found: dict[str, str] = {}
    for word in _WORD.findall(text[:_TEXT]):
        if not wanted:
            break
        # Where there are capitals, a name has one.
        if word[0].islower():
            continue
        name = skeleton(word[:60])
        if name in wanted:
            wanted.discard(name)
            found[name] = word[:60]
    return tuple(found.values())[:MOST]
