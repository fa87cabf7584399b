"""Numbers of things, as a sentence says them."""

from __future__ import annotations


def counted(number: int, one: str, several: str = "") -> str:
    """Say how many there are: ``1 feed``, ``2 feeds``, ``1,250 stories``.

    Args:
        number: How many.
        one: What one of them is called.
        several: What others than one are called; empty adds an s.
    """
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def stories(number: int) -> str:
    """Say how many stories there are."""
    return counted(number, "story", "stories")
