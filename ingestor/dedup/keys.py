"""What an article is found by where vectors do not find it: hashes of its most telling anchors.

An encoder that does not know a language puts the translation of a report nowhere near it. Both name
the same days, countries and people, and that few other articles do shows in the window itself.
"""

from __future__ import annotations

import functools
import zlib
from itertools import chain, islice
from typing import TYPE_CHECKING

import numpy as np

from ingestor.dedup import anchors
from ingestor.models import Fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ingestor.dedup.anchors import Anchors

ALGORITHM = f"keys16-1/{anchors.ALGORITHM}"
COUNT = 31  # with the language 64 bytes
MOST = 1 << 16  # keys are 1 and more, and fewer than this
_COUNTRIES, _DAYS = 6, 4
_PER_NUMBER = 4  # keys in 64 bits
_LANGUAGE = np.uint64(MOST - 1)
_LEAST = 2  # shared keys: one is chance, unless one of the two has no more than four
_FEW = 4
_CHANCE = 3  # added to the number of an article's keys
_ROUGHLY = 8  # times as many as asked for are weighed by how many keys they have


def to_fingerprint(found: Anchors, language: str) -> Fingerprint:
    """Hash the language and the first COUNT anchors of an article to 16 bits each."""
    keys = dict.fromkeys(map(key, islice(dict.fromkeys(_telling(found)), COUNT)))
    value = np.zeros(1 + COUNT, dtype="<u2")
    value[0] = key(language)
    value[1 : 1 + len(keys)] = list(keys)
    return Fingerprint(algorithm=ALGORITHM, part="text", value=value.tobytes())


def from_bytes(value: bytes) -> tuple[int, NDArray[np.uint16]]:
    """Read the language and the keys of an article."""
    read = np.frombuffer(value, dtype="<u2").astype(np.uint16)
    return int(read[0]), read[1:][read[1:] > 0]


def languages(held: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Give the language of each article; 0 of one that has no keys.

    Args:
        held: Shape (8, m), the fingerprints of m articles, each as eight numbers.
    """
    found: NDArray[np.uint64] = held[0] & _LANGUAGE
    return found


@functools.lru_cache(maxsize=8)
def known(read: frozenset[str] | None) -> NDArray[np.bool_]:
    """Give, for each key of a language, whether it is among those that an encoder reads.

    Args:
        read: Primary BCP 47 subtags, or None for all there are.
    """
    found = np.full(MOST, read is None)
    found[[key(language) for language in read or ()]] = True
    return found


def most_shared(
    wanted: NDArray[np.uint16], held: NDArray[np.uint64], ids: NDArray[np.uint64], most: int
) -> NDArray[np.intp]:
    """Find the articles that share the rarest keys, best first, of equals the lower id.

    A shared key is worth the logarithm of the number of articles by that of those which have it
    (inverse document frequency); an article that has many keys shares some by chance, and a single
    one is chance where neither has few.

    Args:
        wanted: The keys of the article that is looked for.
        held: Shape (8, m), the fingerprints of m articles.
        ids: Of these, shape (m,).
        most: How many to give.

    Returns:
        Their indices.

    Source: Spärck Jones, "A statistical interpretation of term specificity", 1972.
    """
    count = len(ids)
    place = np.zeros(MOST, dtype=np.uint8)
    place[wanted] = np.arange(1, len(wanted) + 1)
    numbers = np.ascontiguousarray(held)
    parts = numbers.view(np.uint16).reshape(len(held), count, _PER_NUMBER)
    which = np.empty(parts.shape, dtype=np.uint8)
    for row, found in zip(parts, which, strict=True):  # in pieces that the cache holds
        place.take(row, out=found, mode="clip")
    which[0, :, 0] = 0  # a language is no key
    hits = np.flatnonzero(which > 0)  # of truth values it is three times as fast
    kinds, articles = which.ravel()[hits], hits // _PER_NUMBER % count
    rarity = np.log((1 + count) / np.maximum(np.bincount(kinds, minlength=COUNT + 1), 1))
    worth = np.bincount(articles, weights=rarity[kinds], minlength=count)
    # Keys have no gaps: where there is no fifth, there are no more than four.
    few = (parts[1, :, 1] == 0) | (len(wanted) <= _FEW)
    near = np.flatnonzero(np.bincount(articles, minlength=count) >= np.where(few, 1, _LEAST))
    if len(near) > _ROUGHLY * most:
        near = near[worth[near] >= np.partition(worth[near], -_ROUGHLY * most)[-_ROUGHLY * most]]
    own = np.count_nonzero(parts[:, near], axis=(0, 2)) - (parts[0, near, 0] > 0)
    worth = worth[near] / np.sqrt(own + _CHANCE)
    return near[np.lexsort((ids[near], -worth))[:most]]


def key(text: str) -> int:
    """Hash to 1..65535."""
    return zlib.crc32(text.encode()) % (MOST - 1) + 1


def _telling(found: Anchors) -> Iterator[str]:
    """Yield symbols, countries and days, then numbers and names as the sentences have them."""
    yield from (f"${symbol}" for symbol in sorted(found.tickers))
    yield from (f"@{country}" for country in sorted(found.countries)[:_COUNTRIES])
    yield from (f"#{day}" for day in sorted(found.dates)[:_DAYS])
    for told, named in zip(found.told, found.named, strict=True):
        yield from chain(_longest_first(told & found.numbers), _longest_first(named))


def _longest_first(texts: frozenset[str]) -> list[str]:
    return sorted(texts, key=lambda text: (-len(text), text))
