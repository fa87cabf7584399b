"""Which tables are none: pages lay out paragraphs in tables that are one cell wide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

_CELLS = frozenset(("td", "th"))


@dataclass(slots=True)
class _Table:
    first: int  # index of the first block in it
    cell: int = 0  # index of the first block in the cell that is open
    filled: int = 0  # cells with text, of the row that is open
    widest: int = 0  # the same, of the widest row
    real: set[int] = field(default_factory=set)  # blocks of tables in it that are tables


class Tables:
    """The tables that are open while a tree is walked; tables nest."""

    def __init__(self) -> None:
        self._open: list[_Table] = []

    def open(self, tag: str, blocks: int) -> None:
        """Enter an element, before which so many blocks have been read."""
        if tag == "table":
            self._open.append(_Table(first=blocks))
        elif self._open and tag == "tr":
            self._open[-1].filled = 0
        elif self._open and tag in _CELLS:
            self._open[-1].cell = blocks

    def close(self, tag: str, blocks: int) -> Sequence[int]:
        """Leave an element; give the indices of blocks that turn out not to stand in a table."""
        if not self._open:
            return ()
        table = self._open[-1]
        if tag in _CELLS and blocks > table.cell:
            table.filled += 1
            table.widest = max(table.widest, table.filled)
        return self._close_table(blocks) if tag == "table" else ()

    def _close_table(self, blocks: int) -> Sequence[int]:
        table = self._open.pop()
        inside = range(table.first, blocks)
        real = set(inside) if table.widest > 1 else table.real
        if self._open:
            self._open[-1].real |= real
        return [index for index in inside if index not in real]
