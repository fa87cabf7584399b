"""Sentences in their order tell a translation where vectors do not."""

import numpy as np

from ingestor.dedup.anchors import anchors_of
from ingestor.dedup.lineup import line_up
from tests.dedup.test_judge import ENGLISH, GERMAN, OTHER, RUSSIAN

ONE = anchors_of("", ENGLISH, "en")


def test_a_translation_is_lined_up_without_any_vector() -> None:
    for text, language in ((GERMAN, "de"), (RUSSIAN, "ru")):
        found = line_up(ONE, anchors_of("", text, language), None)
        assert found.pairs == tuple((i, i) for i in range(6))


def test_another_report_scores_less() -> None:
    translated = line_up(ONE, anchors_of("", GERMAN, "de"), None)
    assert line_up(ONE, anchors_of("", OTHER, "en"), None).score < translated.score / 2


def test_a_language_that_makes_all_cosines_alike_adds_nothing() -> None:
    other = anchors_of("", GERMAN, "de")
    flat = line_up(ONE, other, np.full((6, 6), 0.9))
    assert flat == line_up(ONE, other, np.full((6, 6), 0.1))


def test_the_order_of_the_two_does_not_matter() -> None:
    other = anchors_of("", RUSSIAN, "ru")
    one, two = line_up(ONE, other, None), line_up(other, ONE, None)
    assert abs(one.score - two.score) < 1e-9


def test_a_sentence_that_one_side_joins_is_lined_up_with_both_parts() -> None:
    lines = GERMAN.split("\n")
    joined = "\n".join([lines[0], f"{lines[1].rstrip('.')}, {lines[2]}", *lines[3:]])
    told = anchors_of("", joined, "de")
    assert line_up(ONE, told, None).pairs == ((0, 0), (1, 1), (2, 1), (3, 2), (4, 3), (5, 4))
    assert line_up(told, ONE, None).pairs == ((0, 0), (1, 1), (1, 2), (2, 3), (3, 4), (4, 5))


def test_a_joined_sentence_is_worth_less_than_its_parts() -> None:
    lines = GERMAN.split("\n")
    joined = "\n".join([f"{lines[0].rstrip('.')}, {lines[1]}", *lines[2:]])
    parted = line_up(ONE, anchors_of("", GERMAN, "de"), None).score
    assert 0 < line_up(ONE, anchors_of("", joined, "de"), None).score < parted


def test_articles_of_one_sentence_are_lined_up() -> None:
    one, other = (anchors_of("", text.split("\n")[1], "") for text in (ENGLISH, GERMAN))
    assert line_up(one, other, None).pairs == ((0, 0),)
