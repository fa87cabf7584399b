"""What libraries for near duplicates find among labelled articles, at every threshold.

Runs in the peers' environment: reads one article a line (JSON: truth, language, company, text) and
writes one setting a line (JSON), which ``benchmarks.lexical`` prints.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

import gaoya
import numpy as np
import rensa
from datasketch import MinHash, MinHashLSH
from simhash import Simhash

PERMUTATIONS = 128
THRESHOLDS = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2)
UNSPACED = frozenset({"zh", "ja", "th"})
Pairs = Iterable[tuple[int, int]]


def shingles(text: str, language: str) -> list[str]:
    """Cut a text into runs of three words, or of three characters where words are not parted."""
    words = re.findall(r"\w+", text.lower())
    if language in UNSPACED:
        whole = "".join(words)
        return [whole[i : i + 3] for i in range(max(1, len(whole) - 2))]
    return ["_".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))]


def by_simhash(articles: list[Any]) -> Iterator[tuple[str, Pairs]]:
    """The package as it is: its own features of the text, all pairs compared."""
    marks = np.array([Simhash(article["text"]).value for article in articles], dtype=np.uint64)
    near = [
        (i, i + 1 + int(j), int(far[j]))
        for i in range(len(marks))
        for far in [np.bitwise_count(marks[i + 1 :] ^ marks[i])]
        for j in np.flatnonzero(far <= 16)
    ]
    for k in range(17):
        yield f"k = {k}", [(i, j) for i, j, bits in near if bits <= k]


def by_datasketch(sets: list[list[str]]) -> Iterator[tuple[str, Pairs]]:
    """MinHash LSH, candidates verified by the estimate."""
    marks = MinHash.bulk([[s.encode() for s in one] for one in sets], num_perm=PERMUTATIONS)
    for threshold in THRESHOLDS:
        index = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
        found = []
        for i, mark in enumerate(marks):
            found += [(j, i) for j in index.query(mark) if marks[j].jaccard(mark) >= threshold]
            index.insert(i, mark)
        yield f"J >= {threshold}", found


def by_rensa(sets: list[list[str]]) -> Iterator[tuple[str, Pairs]]:
    """Its R-MinHash and LSH, candidates verified by the estimate."""
    marks = []
    for one in sets:
        mark = rensa.RMinHash(num_perm=PERMUTATIONS, seed=1)
        mark.update(one)
        marks.append(mark)
    for threshold in THRESHOLDS:
        bands = 64 if threshold < 0.5 else 32
        index = rensa.RMinHashLSH(threshold=threshold, num_perm=PERMUTATIONS, num_bands=bands)
        found = []
        for i, mark in enumerate(marks):
            found += [(j, i) for j in index.query(mark) if marks[j].jaccard(mark) >= threshold]
            index.insert(i, mark)
        yield f"J >= {threshold}", found


def by_gaoya(sets: list[list[str]]) -> Iterator[tuple[str, Pairs]]:
    """Its index of strings, which verifies by itself."""
    for threshold in THRESHOLDS:
        index = gaoya.minhash.MinHashStringIndex(
            jaccard_threshold=threshold, num_bands=64, band_size=2, num_hashes=PERMUTATIONS,
            analyzer="word", ngram_range=(1, 1),
        )  # fmt: skip
        found = []
        for i, one in enumerate(sets):
            text = " ".join(one)
            found += [(j, i) for j in index.query(text)]
            index.insert_document(i, text)
        yield f"J >= {threshold}", found


def scored(articles: list[Any], pairs: Pairs) -> dict[str, Any]:
    """Count what was found: true pairs by languages, and pairs of different companies."""
    found: Counter[str] = Counter()
    companies = others = 0
    for i, j in pairs:
        one, other = articles[i], articles[j]
        if one["truth"] == other["truth"]:
            found["-".join(sorted((one["language"], other["language"])))] += 1
        elif one["company"] and other["company"] and one["company"] != other["company"]:
            companies += 1
        else:
            others += 1
    return {"found": found, "companies": companies, "others": others}


def there(articles: list[Any]) -> Counter[str]:
    """Count the true pairs by languages."""
    groups: dict[str, list[str]] = defaultdict(list)
    for article in articles:
        groups[article["truth"]].append(article["language"])
    return Counter(
        "-".join(sorted(pair)) for group in groups.values() for pair in combinations(group, 2)
    )


def main() -> None:
    """Measure all of them."""
    articles = [json.loads(line) for line in sys.stdin]
    sets = [shingles(article["text"], article["language"]) for article in articles]
    print(json.dumps({"there": there(articles)}), flush=True)
    for name, settings in (
        ("simhash", by_simhash(articles)), ("datasketch", by_datasketch(sets)),
        ("gaoya", by_gaoya(sets)), ("rensa", by_rensa(sets)),
    ):  # fmt: skip
        for setting, pairs in settings:
            row = {"tool": name, "setting": setting, **scored(articles, pairs)}
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
