"""The bits are those of the `simhash` package; only computed faster."""

import hashlib

import numpy as np
import pytest
import simhash as package
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestor import simhash

features = st.dictionaries(st.text(min_size=1, max_size=8), st.integers(1, 50), min_size=1)


@given(features)
def test_the_hash_of_features_is_the_packages(weighted: dict[str, int]) -> None:
    assert simhash.of_features(weighted) == package.Simhash(weighted).value


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([384, 512]))
def test_the_hash_of_a_vector_is_the_packages(seed: int, dimension: int) -> None:
    vector = np.random.default_rng(seed).normal(size=(1, dimension)).astype(np.float32)
    weighted = [(f"d{i}", float(value)) for i, value in enumerate(vector[0])]
    expected = package.Simhash(weighted, f=512, hashfunc=lambda b: hashlib.sha512(b).digest())
    assert int.from_bytes(simhash.of_vectors(vector)[0].tobytes()) == expected.value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("Hello, World 42!", ["hello", "world", "42"], id="words without punctuation"),
        pytest.param("हिन्दी समाचार", ["हिन्दी", "समाचार"], id="Devanagari keeps its marks"),
        pytest.param(
            "東京都知事", ["東京都", "京都知", "都知事"], id="Han is cut into runs of three"
        ),
        pytest.param("ที่นี่", ["ที่", "ี่น", "่นี", "นี่"], id="Thai keeps its marks"),
        pytest.param("日本", ["日本"], id="a run shorter than three is one word"),
        pytest.param("snake_case", ["snake", "case"], id="the underscore parts words"),
        pytest.param("…!?", [], id="punctuation alone is nothing"),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert simhash.words(text) == words


def test_composed_and_decomposed_text_is_one_text() -> None:
    composed, decomposed = "Ti\u1ebfng Vi\u1ec7t " * 9, "Tie\u0302\u0301ng Vie\u0323\u0302t " * 9
    assert simhash.features(composed) == simhash.features(decomposed)


def test_a_word_repeated_without_end_has_a_bounded_weight() -> None:
    assert max(simhash.features("a " * 10_000).values()) == simhash.MAX_WEIGHT


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
