"""Entries to articles: what identifies them, and what they are compared by."""

from __future__ import annotations

import hashlib
import pickle
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.encoders.centroids import Centroids
from ingestor.errors import ConfigError
from ingestor.fingerprint import Readable
from ingestor.models import Entry
from ingestor.prepare import (
    MIN_CHARACTERS,
    Recipe,
    algorithm_of,
    content_hash,
    encode,
    is_outdated,
    learn_language,
    mark_again,
    name_of,
    prepare,
    readable,
    text_hash,
    wanted,
)
from tests.newsroom import story

WORDS_ONLY = Recipe(encoder="none", centroids=Centroids())
MEANING = Recipe(encoder="use", centroids=Centroids(encoder="use"))
ENTRY = Entry(
    guid="1",
    link="https://a.example/1?utm_source=rss",
    title="A bridge opens",
    html=f"<p>{story(1)}</p><p>Source: https://agency.example/7</p>",
    published=datetime(2026, 11, 23, tzinfo=UTC),
)
DOI_MOI = "Bộ trưởng đã đến thăm bệnh viện ở thành phố vào sáng nay. " * 4


# --- hashes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "same"),
    [
        pytest.param({"published": datetime(2026, 11, 24, tzinfo=UTC)}, True, id="published"),
        pytest.param({"updated": datetime(2026, 11, 24, tzinfo=UTC)}, True, id="updated"),
        pytest.param({"link": "https://a.example/2"}, True, id="link"),
        pytest.param({"author": "N. N."}, True, id="author"),
        pytest.param({"title": "A bridge closes"}, False, id="title"),
        pytest.param({"html": "<p>Nothing.</p>"}, False, id="text"),
    ],
)
def test_an_edit_is_another_title_or_text(change: dict[str, Any], same: bool) -> None:
    changed = replace(ENTRY, **change)
    assert (content_hash(ENTRY) == content_hash(changed)) is same


def test_title_and_text_do_not_run_into_each_other() -> None:
    assert content_hash(Entry(guid="1", title="ab", html="c")) != content_hash(
        Entry(guid="1", title="a", html="bc")
    )


@given(text=st.text(min_size=MIN_CHARACTERS, alphabet=st.characters(categories=["L", "N"])))
def test_case_space_and_punctuation_do_not_change_a_text(text: str) -> None:
    hashed = text_hash(text)
    assert text_hash(f" «{text}» …\n") == hashed


@given(text=st.text(max_size=300))
def test_a_text_is_hashed_by_its_letters_and_digits(text: str) -> None:
    folded = unicodedata.normalize("NFKC", text).casefold()
    essence = "".join(filter(str.isalnum, folded))
    hashed = hashlib.sha256(essence.encode()).hexdigest()
    assert text_hash(text) == (hashed if len(essence) >= MIN_CHARACTERS else "")


@pytest.mark.parametrize(
    ("text", "judged"),
    [
        pytest.param("a" * MIN_CHARACTERS, True, id="just long enough"),
        pytest.param("a" * (MIN_CHARACTERS - 1) + " !?" * 50, False, id="too few letters"),
        pytest.param("", False, id="empty"),
        pytest.param("中" * MIN_CHARACTERS, True, id="Chinese"),
        pytest.param("７" * MIN_CHARACTERS, True, id="wide digits"),
    ],
)
def test_a_text_too_short_to_judge_has_no_hash(text: str, judged: bool) -> None:
    assert bool(text_hash(text)) is judged


def test_typographic_variants_are_one_text() -> None:
    assert text_hash("ﬁnal Ａ１ " * 20) == text_hash("Final a1 " * 20)


# --- articles ----------------------------------------------------------------------------


def test_an_article_is_cleaned_identified_and_marked() -> None:
    (article,) = prepare([ENTRY], WORDS_ONLY)
    assert article.entry is ENTRY
    assert article.canonical_url == "https://a.example/1"
    assert article.text == story(1)
    assert article.language == "en"
    assert [source.url for source in article.sources] == ["https://agency.example/7"]
    assert [removal.text for removal in article.removals] == ["Source: https://agency.example/7"]
    assert article.text_hash == text_hash(story(1))
    assert [f.part for f in article.fingerprints] == ["text", "anchors"]


def test_articles_come_in_the_order_of_their_entries_and_can_travel() -> None:
    articles = prepare([replace(ENTRY, guid=str(n)) for n in range(5)], WORDS_ONLY)
    assert [article.entry.guid for article in articles] == list("01234")
    assert pickle.loads(pickle.dumps(articles)) == articles


def test_the_order_of_entries_changes_no_article() -> None:
    entries = [replace(ENTRY, guid=str(n), html=story(n)) for n in range(4)]
    assert prepare(entries[::-1], WORDS_ONLY) == prepare(entries, WORDS_ONLY)[::-1]


@pytest.mark.parametrize(
    ("own", "feed", "language"),
    [
        pytest.param("vi", "de", "vi", id="its own claim first"),
        pytest.param("", "vi", "vi", id="else the feed's"),
        pytest.param("", "", "vi", id="else the text alone"),
    ],
)
def test_the_language_is_that_of_the_text(own: str, feed: str, language: str) -> None:
    entry = replace(ENTRY, title="", html=DOI_MOI, language=own)
    (article,) = prepare([entry], replace(WORDS_ONLY, claim=feed))
    assert article.language == language


@given(html=st.text(), title=st.text())
def test_no_markup_breaks_it(html: str, title: str) -> None:
    (article,) = prepare([Entry(guid="1", title=title, html=html)], WORDS_ONLY)
    assert article.content_hash
    assert article.canonical_url == ""


# --- marks -------------------------------------------------------------------------------


def test_what_an_article_means_is_hashed_sentence_by_sentence() -> None:
    (article,) = prepare([ENTRY], WORDS_ONLY)
    ((whole, parts),) = encode([readable(article)], MEANING)
    assert (whole.part, parts.part) == ("text", "sentences")
    sentences = 1 + 6  # the title and those of the text
    assert (len(whole.value), len(parts.value)) == (64, 64 * sentences)
    assert {whole.algorithm, parts.algorithm} == {algorithm_of(MEANING, "en")}


def test_articles_are_encoded_together_as_they_are_alone() -> None:
    texts = [Readable(title=f"Report {n}", text=story(n), language="en") for n in (1, 2, 1)]
    together = encode(texts, MEANING)
    assert together[0] == together[2]
    assert [together[0], together[1]] == [encode([text], MEANING)[0] for text in texts[:2]]


def test_marking_again_gives_the_marks_of_the_first_time() -> None:
    (words_only,) = prepare([ENTRY], WORDS_ONLY)
    (article,) = prepare([ENTRY], MEANING)
    text = readable(article)
    assert mark_again([text], WORDS_ONLY) == (words_only.fingerprints,)
    (meaning,) = encode([text], MEANING)
    assert mark_again([text], MEANING) == ((*article.fingerprints, *meaning),)


def test_an_article_has_all_that_is_wanted_of_it() -> None:
    for recipe in (WORDS_ONLY, MEANING):
        for title, text in (("", ""), ("Title", story(1))):
            (marks,) = mark_again([Readable(title=title, text=text, language="en")], recipe)
            assert {(f.part, f.algorithm) for f in marks} == wanted(recipe, "en")


def test_without_an_encoder_what_knows_more_of_the_anchors_is_not_outdated() -> None:
    text = Readable(title="Title", text=story(1), language="en")
    kinds = {}
    for recipe in (WORDS_ONLY, MEANING):
        (marks,) = mark_again([text], recipe)
        kinds[recipe.encoder] = frozenset((f.part, f.algorithm) for f in marks)
    of_words, of_meaning = kinds[WORDS_ONLY.encoder], kinds[MEANING.encoder]
    assert not is_outdated(WORDS_ONLY, "en", of_words)
    assert not is_outdated(WORDS_ONLY, "en", of_meaning)
    assert is_outdated(MEANING, "en", of_words)
    assert is_outdated(MEANING, "en", of_words | of_meaning - {("anchors", "anchors-5")})


def test_an_encoder_is_named_as_its_fingerprints_name_it() -> None:
    assert [name_of("use"), name_of("none")] == ["use", "none"]


def test_without_an_encoder_no_language_is_learned() -> None:
    texts = [Readable(title="", text=story(n), language="en") for n in range(20)]
    assert learn_language(texts, "en", "none") is None


def test_an_unknown_encoder_is_named() -> None:
    with pytest.raises(ConfigError, match=r"dedup\.encoder: 'word2vec'"):
        encode([], replace(WORDS_ONLY, encoder="word2vec"))
