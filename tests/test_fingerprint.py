"""Which fingerprints an article gets, and what their ids say."""

import numpy as np
import pytest

from ingestor.dedup.signature import unpack
from ingestor.encoders import load
from ingestor.encoders.centroids import Centroid, Centroids
from ingestor.encoders.sentences import MAX_SENTENCES
from ingestor.fingerprint import fingerprints, sentences
from ingestor.models import Fingerprint

TEXT = "\n\n".join(f"Sentence {i} tells something about the {i}th harbour." for i in range(99))


def made(title: str, text: str, encoder: str = "use") -> tuple[Fingerprint, ...]:
    return fingerprints(title, text, "en", encoder=load(encoder), centroids=Centroids())


@pytest.mark.parametrize(
    ("encoder", "found"),
    [
        pytest.param("none", {("text", "simhash64-words-2"): 8}, id="words alone"),
        pytest.param(
            "use",
            {
                ("text", "simhash64-words-2"): 8,
                ("text", "simhash512-use-4/0"): 64,
                ("sentences", "simhash512-use-4/0"): 64 * MAX_SENTENCES,
            },
            id="words and vectors",
        ),
    ],
)
def test_parts_algorithms_and_sizes(encoder: str, found: dict[tuple[str, str], int]) -> None:
    marks = made("A title", TEXT, encoder)
    assert {(m.part, m.algorithm): len(m.value) for m in marks} == found


@pytest.mark.parametrize("text", ["", "…", "Three little words"])
def test_too_short_a_text_has_an_empty_fingerprint_of_words(text: str) -> None:
    words, *_ = made("", text)
    assert (words.algorithm, words.value) == ("simhash64-words-2", b"")
    assert unpack((words,)).words is None


def test_of_nothing_every_fingerprint_is_there_and_empty() -> None:
    marks = made("", "")
    assert [(mark.part, mark.value) for mark in marks] == [
        ("text", b""),
        ("text", b""),
        ("sentences", b""),
    ]
    evidence = unpack(marks)
    assert (evidence.words, evidence.encoder) == (None, "")
    assert (evidence.whole.size, evidence.sentences.size) == (0, 0)


def test_a_title_that_the_text_repeats_counts_once() -> None:
    assert sentences("The title", "The title\n\nThe text.") == ("The title", "The text.")


def test_the_same_article_has_the_same_fingerprints() -> None:
    assert made("A title", TEXT) == made("A title", TEXT)


def test_nothing_to_encode_in_a_language_that_was_learned_has_empty_fingerprints() -> None:
    vector = np.ones(512, dtype="<f4").tobytes()
    learned = Centroids(encoder="use", items=(Centroid(language="en", version=1, vector=vector),))
    _, whole, parts = fingerprints("", "", "en", encoder=load("use"), centroids=learned)
    assert (whole.value, parts.value) == (b"", b"")
    assert whole.algorithm.endswith("/en-1")
