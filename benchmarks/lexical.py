"""The libraries for near duplicates on the streams of `bench_dedup`, and their table."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from benchmarks.contenders import ROOT, peers_python
from benchmarks.stream import Labelled


class Found(NamedTuple):
    """What one setting of one library found.

    Attributes:
        found: True pairs, by languages.
        companies: Pairs of different companies' reports.
        others: Other false pairs.
    """

    tool: str
    setting: str
    found: Mapping[str, int]
    companies: int
    others: int


def measured(articles: Sequence[Labelled]) -> tuple[Counter[str], list[Found]]:
    """Run them all; give how many true pairs there are by languages, and what each found.

    Raises:
        Unavailable: the peers' environment cannot be installed.
    """
    lines = "\n".join(
        json.dumps({"truth": a.truth, "language": a.language, "company": a.company, "text": a.text})
        for a in articles
    )
    command = [str(peers_python()), "-m", "benchmarks.peers.lexical"]
    told = subprocess.run(
        command, cwd=ROOT, input=lines, capture_output=True, check=True, text=True
    ).stdout
    first, *rows = map(json.loads, told.splitlines())
    return Counter(first["there"]), [Found(**row) for row in rows]


def recall(found: Mapping[str, int], there: Mapping[str, int], *, same: bool) -> float:
    """Give the share of true pairs found within, or across, languages."""

    def count(cells: Mapping[str, int]) -> int:
        return sum(n for key, n in cells.items() if (len(set(key.split("-"))) == 1) == same)

    return count(found) / (count(there) or 1)


def f1(row: Found, there: Mapping[str, int]) -> float:
    """Weigh recall and precision of all pairs."""
    right = sum(row.found.values())
    false = row.companies + row.others
    return 2 * right / (sum(there.values()) + right + false)


def best(rows: Sequence[Found], there: Mapping[str, int]) -> list[Found]:
    """Choose, for each library: its usual setting, its best without a false pair, its best."""
    chosen: dict[tuple[str, str], Found] = {}
    for tool in dict.fromkeys(row.tool for row in rows):
        own = [row for row in rows if row.tool == tool]
        usual = [row for row in own if row.setting in {"k = 3", "J >= 0.8"}]
        safe = [row for row in own if not row.companies]
        tops = [max(group, key=lambda row: f1(row, there)) for group in (safe, own) if group]
        chosen |= {(row.tool, row.setting): row for row in (*usual, *tops)}
    return list(chosen.values())


def table(there: Mapping[str, int], rows: Sequence[Found], ours: Found) -> None:
    """Print what each found beside ours, then by languages."""
    print("  beside libraries for near duplicates, on the same articles:")
    print("    tool        setting    same    across  companies  other false  F1")
    chosen = [*best(rows, there), ours]
    for row in chosen:
        same, cross = (recall(row.found, there, same=s) for s in (True, False))
        print(
            f"    {row.tool:11} {row.setting:10} {same:.4f}  {cross:.4f}  {row.companies:9}"
            f"  {row.others:11}  {f1(row, there):.4f}"
        )
    tools = {row.tool: row for row in chosen if not row.companies}
    print("    by languages, at no merged companies: " + ", ".join(tools))
    for key, whole in sorted(there.items()):
        if "-" in key and whole >= 20:
            cells = (f"{row.found.get(key, 0) / whole:.4f}" for row in tools.values())
            print(f"    {key:6} of {whole:6}  " + "  ".join(cells))
