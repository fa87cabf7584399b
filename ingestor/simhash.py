"""SimHash: a few bits whose Hamming distance tells how alike two texts, or two vectors, are.

The `simhash` package defines every value here; numpy computes the same bits faster, and a property
test holds the two equal. Over the words of a text it finds copies; over the vector of a
multilingual sentence encoder it is random-hyperplane hashing and finds translations.

Source: Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002;
Manku, Jain, Das Sarma, "Detecting near-duplicates for web crawling", WWW 2007.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import math
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ingestor.runs import letters_and_digits

try:  # CPython's own takes a third of the time of OpenSSL's, which is made for long messages
    from _md5 import md5
except ImportError:  # an interpreter built without it
    md5 = functools.partial(hashlib.md5, usedforsecurity=False)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

WORD_BITS = 64
VECTOR_BITS = 512
MAX_WEIGHT = 50  # the package's own cut-off; from 256 on it overflows under NumPy 2
MIN_FEATURES = 12  # fewer say nothing: one changed word of eight already moves five bits and more

# Scripts without spaces between words: Thai and Lao, Myanmar, Khmer, kana, Han and its extensions.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
    "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_GRAM = 3


class _Patterns(NamedTuple):
    """How words are found.

    Attributes:
        special: A character that makes the plain pattern a wrong one.
        token: A run of one unspaced script, or a word with its combining marks.
        unspaced: The first character of such a run.
    """

    special: re.Pattern[str]
    token: re.Pattern[str]
    unspaced: re.Pattern[str]


@functools.cache
def _patterns() -> _Patterns:
    """Build the patterns from the Unicode database.

    Python's own class of word characters leaves the marks out, which would tear the words of
    Devanagari and Thai apart.
    """
    assigned = map(chr, range(0x300, 0x1_0000))
    unspaced = re.compile(f"[{_UNSPACED}]")
    marks = "".join(
        c for c in assigned if unicodedata.category(c) in {"Mn", "Mc"} and not unspaced.match(c)
    )
    # Two classes in turn: one alone would have to look ahead at every letter, at thrice the cost.
    token = rf"[{_UNSPACED}]+|(?:[^\W_{_UNSPACED}]+|[{marks}]+)+"
    return _Patterns(re.compile(f"[{_UNSPACED}{marks}]"), re.compile(token), unspaced)


def words(text: str) -> list[str]:
    """Cut a text into lower-case words; unspaced scripts into overlapping runs of 3 characters."""
    lowered = unicodedata.normalize("NFC", text).lower()
    patterns = _patterns()
    if lowered.isascii() or not patterns.special.search(lowered):  # most texts, at a third
        return letters_and_digits(lowered)
    found: list[str] = []
    for token in patterns.token.findall(lowered):
        if patterns.unspaced.match(token):
            found += (token[i : i + _GRAM] for i in range(max(1, len(token) - _GRAM + 1)))
        else:
            found.append(token)
    return found


def features(text: str) -> dict[str, int]:
    """Count the words and the neighbouring pairs of words of a text.

    Pairs make the order count: the same words in another order are another text.

    Returns:
        Feature to weight, 1..MAX_WEIGHT.
    """
    found = words(text)
    counts = Counter(found)
    counts.update(map(" ".join, itertools.pairwise(found)))
    if max(counts.values(), default=0) <= MAX_WEIGHT:
        return counts
    return {feature: min(count, MAX_WEIGHT) for feature, count in counts.items()}


def of_features(weighted: Mapping[str, int]) -> int:
    """Hash weighted features to 64 bits, equal to ``Simhash(dict(weighted)).value``.

    Args:
        weighted: Feature to weight, 1..MAX_WEIGHT; at least one.
    """
    digests = b"".join([md5(feature.encode()).digest() for feature in weighted])
    rows = np.frombuffer(digests, dtype=np.uint8).reshape(-1, 16)[:, 8:]
    weights = np.fromiter(weighted.values(), dtype=np.float32, count=len(weighted))
    sums = weights @ np.unpackbits(rows, axis=1).astype(np.float32)
    return int.from_bytes(np.packbits(2 * sums > weights.sum()).tobytes())


def of_text(text: str) -> int | None:
    """Hash the words of a text to 64 bits; None if it is too short to be judged by them."""
    weighted = features(text)
    return of_features(weighted) if len(weighted) >= MIN_FEATURES else None


@functools.cache
def _hyperplanes(dimension: int) -> NDArray[np.float64]:
    """Give the normals of 512 random hyperplanes, one a column: ±1 by the bits of SHA-512."""
    digests = b"".join(hashlib.sha512(f"d{i}".encode()).digest() for i in range(dimension))
    bits = np.unpackbits(np.frombuffer(digests, dtype=np.uint8)).reshape(dimension, VECTOR_BITS)
    return bits.astype(np.float64) * 2 - 1


def of_vectors(vectors: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """Hash each row to 512 bits, equal to the package's over features ``d0``, ``d1`` … and SHA-512.

    Args:
        vectors: Shape (n, dimension); only the direction of a row counts.

    Returns:
        Shape (n, 64), big-endian bytes.
    """
    projected = vectors.astype(np.float64) @ _hyperplanes(vectors.shape[1])
    return np.packbits(projected > 0, axis=1)


def distance(a: int, b: int) -> int:
    """Count the bits in which two values differ."""
    return (a ^ b).bit_count()


def cosine(distance: float, bits: int = VECTOR_BITS) -> float:
    """Estimate the cosine of two vectors from the distance of their fingerprints.

    Source: Charikar 2002, §3: a hyperplane parts two vectors with probability angle / π.
    """
    return math.cos(math.pi * distance / bits)
