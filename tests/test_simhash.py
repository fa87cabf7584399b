"""The bits are those of the `simhash` package; only computed faster."""

import hashlib
import itertools
from collections import Counter

import numpy as np
import pytest
import simhash as package
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestor import simhash, tokens

TEXT = st.text(alphabet="aéß1 ,-日本京ที่न्द्") | st.text()


def hash_of(feature: bytes) -> int:
    """What a feature is hashed to, a word or two with a space between, digit by digit."""
    first, *second = (
        mixed(sum(ord(c) * simhash.BASE**place for place, c in enumerate(word)))
        for word in feature.decode("utf-8", "surrogatepass").split(" ")
    )
    return mixed(first * simhash.BASE + second[0]) if second else first


def mixed(value: int) -> int:
    """SplitMix64's last steps."""
    value %= 1 << 64
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 % (1 << 64)
    value = (value ^ value >> 27) * 0x94D049BB133111EB % (1 << 64)
    return value ^ value >> 31


@given(TEXT)
def test_the_hash_of_a_text_is_the_packages(text: str) -> None:
    words = tokens.words(text)
    features = Counter(words) + Counter(map(" ".join, itertools.pairwise(words)))
    value = simhash.of_text(text)
    if len(features) < simhash.MIN_FEATURES:
        assert value is None
    else:
        assert value == package.Simhash(dict(features), hashfunc=hash_of).value


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([384, 512]))
def test_the_hash_of_a_vector_is_the_packages(seed: int, dimension: int) -> None:
    vector = np.random.default_rng(seed).normal(size=(1, dimension)).astype(np.float32)
    weighted = [(f"d{i}", float(value)) for i, value in enumerate(vector[0])]
    expected = package.Simhash(weighted, f=512, hashfunc=lambda b: hashlib.sha512(b).digest())
    assert int.from_bytes(simhash.of_vectors(vector)[0].tobytes()) == expected.value


def test_composed_and_decomposed_text_is_one_text() -> None:
    composed, decomposed = (
        "Ti\u1ebfng Vi\u1ec7t m\u1edbi " * 9,
        "Tie\u0302\u0301ng Vie\u0323\u0302t mo\u031b\u0301i " * 9,
    )
    assert simhash.of_text(composed) == simhash.of_text(decomposed)


def test_a_word_repeated_without_end_has_a_bounded_weight() -> None:
    text = " ".join(f"word{i}" for i in range(5000))  # they outweigh it
    assert simhash.of_text(text + " of" * 60) == simhash.of_text(text + " of" * 10_000)


def test_few_words_have_no_fingerprint() -> None:
    assert simhash.of_text("Three words only") is None
    assert simhash.of_text("") is None


def test_one_changed_word_moves_few_bits() -> None:
    text = " ".join(f"word{i}" for i in range(200))
    one, other = simhash.of_text(text), simhash.of_text(text.replace("word77 ", "else "))
    assert one is not None
    assert other is not None
    assert simhash.distance(one, other) <= 6


@pytest.mark.parametrize(("distance", "cosine"), [(0, 1.0), (256, 0.0), (512, -1.0)])
def test_the_cosine_is_estimated_from_the_share_of_bits(distance: int, cosine: float) -> None:
    assert simhash.cosine(distance) == pytest.approx(cosine)
