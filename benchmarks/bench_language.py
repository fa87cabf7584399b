"""Whether the language of a text is named right: of reports, single sentences and headlines.

::

    python -m benchmarks.bench_language

The texts are the own reports of `benchmarks/residue/`, in 59 languages, each with a claim that is
true, that lies, or none. A claim that lies is that of another language with the same script, which
is what a portal's template gets wrong. Exit status 1 if a floor is missed.
"""

from __future__ import annotations

import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from benchmarks.bench_residue import UNSPACED, load
from ingestor.language import detect, primary

# Written alike by people who call it by another name: the claim alone can tell.
ALIKE: Sequence[frozenset[str]] = (frozenset({"sr", "hr", "bs"}), frozenset({"id", "ms"}))
HEADLINE = 5  # words; of a script without spaces, thrice as many characters

FLOORS = {
    ("report", "none"): 0.98, ("report", "true"): 1.0, ("report", "lies"): 0.98,
    ("sentence", "none"): 0.93, ("sentence", "true"): 0.99, ("sentence", "lies"): 0.88,
    ("headline", "true"): 0.97,
}  # fmt: skip


def texts(language: str, sentences: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The same report at three lengths."""
    gap = "" if language in UNSPACED else " "

    def headline(sentence: str) -> str:
        if language in UNSPACED:
            return sentence[: 3 * HEADLINE]
        return " ".join(sentence.split()[:HEADLINE])

    return {
        "report": [gap.join(sentences)],
        "sentence": sentences,
        "headline": [headline(sentence) for sentence in sentences],
    }


def script(text: str) -> str:
    """The first word of the name of its first letter, such as LATIN."""
    letter = next(filter(str.isalpha, text))
    return unicodedata.name(letter).split()[0]


def lies(reports: Mapping[str, str]) -> Mapping[str, str]:
    """For each language the next one that is written in the same script, or English."""
    found = {}
    names = list(reports)
    for place, name in enumerate(names):
        others = names[place + 1 :] + names[:place]
        same = (o for o in others if script(reports[o]) == script(reports[name]))
        found[name] = next((o for o in same if not _alike(o, name)), "en")
    return found


def _alike(one: str, other: str) -> bool:
    pair = {primary(one), primary(other)}
    return len(pair) == 1 or any(pair <= group for group in ALIKE)


CLAIMS = ("none", "true", "lies")


def questions() -> Iterator[tuple[tuple[str, str], str, str, bool]]:
    """Ask about every text with every claim: the cell of the table, who, the answer, its truth."""
    reports = {language: table["report"] for language, table in load().items()}
    lying = lies({language: sentences[0] for language, sentences in reports.items()})
    for name, sentences in reports.items():
        claims = dict(zip(CLAIMS, ("", name, lying[name]), strict=True))
        for length, samples in texts(name, sentences).items():
            for claim, said in claims.items():
                for sample in samples:
                    found = detect(sample, claim=said)
                    good = found == primary(name) or (claim == "none" and _alike(found, name))
                    yield (length, claim), name, found, good


def main() -> int:
    """Print the table; give the exit status."""
    asked: Counter[tuple[str, str]] = Counter()
    wrong: dict[tuple[str, str], list[str]] = defaultdict(list)
    for cell, name, found, good in questions():
        asked[cell] += 1
        if not good:
            wrong[cell].append(f"{name}→{found or '?'}")
    missed = []
    for cell, total in asked.items():
        share = 1 - len(wrong[cell]) / total
        print(
            f"{cell[0]:9} claim {cell[1]:5} {share:8.2%} of {total:4}  {' '.join(wrong[cell][:12])}"
        )
        if share < FLOORS.get(cell, 0):
            missed.append(f"{' '.join(cell)}: {share:.4f} < {FLOORS[cell]}")
    for line in missed:
        print(f"FLOOR MISSED: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
