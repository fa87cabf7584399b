"""Whether a text may hold characters of some scripts: most texts have none of most.

Asked of its bytes, which are searched in no time; a pattern takes most of its time to find nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


def leads(characters: Iterable[str]) -> Collection[int]:
    """What characters begin with in UTF-8."""
    return sorted({character.encode()[0] for character in characters})


def may_hold(text: str, leads: Collection[int]) -> bool:
    """Whether there is a character in a text that begins with one of some bytes in UTF-8."""
    octets = text.encode("utf-8", "surrogatepass")
    return any(map(octets.__contains__, leads))
