"""SimHash: a few bits whose Hamming distance tells how alike two texts, or two vectors, are.

The `simhash` package defines how hashes become a value; numpy computes the same bits faster, and
property tests hold the two equal. Over the words of a text it finds copies; over the vector of a
multilingual sentence encoder it is random-hyperplane hashing and finds translations.

Source: Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002;
Manku, Jain, Das Sarma, "Detecting near-duplicates for web crawling", WWW 2007.
"""

from __future__ import annotations

import functools
import hashlib
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ingestor import tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORD_BITS = 64
VECTOR_BITS = 512
MAX_WEIGHT = 50  # the package's own cut-off; from 256 on it overflows under NumPy 2
MIN_FEATURES = 12  # fewer say nothing: one changed word of eight already moves five bits and more

BASE = 0x9E3779B97F4A7C15  # of polynomials modulo 2⁶⁴: odd, to have an inverse


def of_text(text: str) -> int | None:
    """Hash the words of a text, and the pairs of neighbouring words, to 64 bits.

    Pairs make the order count: the same words in another order are another text. What is repeated
    counts as often as it is there, up to MAX_WEIGHT.

    Returns:
        The value of ``Simhash`` with the hashes below; None for a text of fewer than MIN_FEATURES.
    """
    words = _of_words(tokens.cut(text))
    pairs = _mixed(words[:-1] * np.uint64(BASE) + words[1:])
    hashes, counts = np.unique(np.concatenate((words, pairs)), return_counts=True)
    if len(hashes) < MIN_FEATURES:
        return None
    weights = np.minimum(counts, MAX_WEIGHT).astype(np.float32)
    bits = np.unpackbits(hashes.astype(">u8").view(np.uint8).reshape(-1, 8), axis=1)
    sums = weights @ bits.astype(np.float32)
    return int.from_bytes(np.packbits(2 * sums > weights.sum()).tobytes())


def _of_words(cut: tokens.Tokens) -> NDArray[np.uint64]:
    """Hash each word to 64 bits: a polynomial of its code points, mixed.

    All polynomials of a text come from one running sum, as Karp and Rabin's do (IBM Journal of
    Research and Development 31(2), 1987): a word's part of it, divided by the power at its start.
    """
    powers, inverses = _powers(len(cut.codes).bit_length())
    sums = np.zeros(len(cut.codes) + 1, dtype=np.uint64)
    np.cumsum(cut.codes * powers[: len(cut.codes)], out=sums[1:])
    return _mixed((sums[cut.ends] - sums[cut.starts]) * inverses[cut.starts])


def _mixed(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Let each bit depend on all, as SplitMix64 ends (Steele, Lea, Flood, OOPSLA 2014)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))


@functools.cache
def _powers(bits: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The first 2^bits powers of the base and of its inverse, modulo 2⁶⁴."""
    bases = np.full((2, 1 << bits), [[BASE], [pow(BASE, -1, 1 << 64)]], dtype=np.uint64)
    bases[:, 0] = 1
    powers, inverses = np.cumprod(bases, axis=1)
    return powers, inverses


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
