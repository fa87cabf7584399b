"""The sample newsroom: whole, well labelled, and as broken as real feeds are."""

import json
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest

from ingestor import sample

# feedparser reports this where it falls back to its lenient parser, or to another encoding.
BROKEN = {
    "harbourwire.xml": "SAXParseException",  # control characters
    "rundschaunord.xml": "CharacterEncodingOverride",  # latin-1, and no word of it
}
LATER = {"farodelvalle.xml", "gazzettadelmolo.xml", "hafenbote-pegel.xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One published item, with the fields that the tests ask about."""

    feed: str
    guid: str
    link: str
    title: str
    html: str
    dated: str

    @property
    def key(self) -> str:
        return self.link if self.link.startswith("https://") else self.guid


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One feed file."""

    format: str
    language: str
    site: str
    error: str
    items: tuple[Item, ...]


def read_json(file: Path) -> Document:
    feed = json.loads(file.read_text(encoding="utf-8"))
    items = tuple(
        Item(
            feed=file.name,
            guid=item["id"],
            link=item["url"],
            title=item["title"],
            html=item["content_html"],
            dated=item["date_published"],
        )
        for item in feed["items"]
    )
    return Document(
        format=feed["version"].removeprefix("https://jsonfeed.org/version/"),
        language=feed["language"],
        site=feed["home_page_url"],
        error="",
        items=items,
    )


def read_xml(file: Path) -> Document:
    feed: Any = feedparser.parse(file.read_bytes(), sanitize_html=False)
    items = tuple(
        Item(
            feed=file.name,
            guid=entry.get("id", ""),
            link=entry.get("link", ""),
            title=entry.get("title", ""),
            html=entry["content"][0]["value"] if "content" in entry else entry.get("summary", ""),
            dated=entry.get("published", "") or entry.get("updated", ""),
        )
        for entry in feed.entries
    )
    return Document(
        format=feed.version,
        language=feed.feed.language,
        site=feed.feed.link,
        error=type(feed.bozo_exception).__name__ if feed.bozo else "",
        items=items,
    )


def edition(folder: str) -> dict[str, Document]:
    files = sorted((sample.path() / folder).iterdir())
    return {f.name: read_json(f) if f.suffix == ".json" else read_xml(f) for f in files}


@pytest.fixture(scope="module")
def first() -> Mapping[str, Document]:
    return edition("feeds")


@pytest.fixture(scope="module")
def later() -> Mapping[str, Document]:
    return edition("feeds_later")


def items(*editions: Mapping[str, Document]) -> list[Item]:
    return [i for e in editions for document in e.values() for i in document.items]


def language_of(url: str, documents: Mapping[str, Document]) -> str:
    return next(documents[i.feed].language for i in items(documents) if i.key == url)


def raw(name: str) -> bytes:
    return (sample.path() / "feeds" / name).read_bytes()


def text_of(key: str, *editions: Mapping[str, Document]) -> str:
    return next(i.html for i in items(*editions) if i.key == key)


# --- the files -------------------------------------------------------------------------------


def test_every_feed_file_is_configured_once_and_every_configured_file_is_there(
    first: Mapping[str, Document],
) -> None:
    config = tomllib.loads((sample.path() / sample.CONFIG).read_text(encoding="utf-8"))

    assert sorted(f["url"] for f in config["feeds"]) == [f"file:feeds/{name}" for name in first]
    assert len({f["name"] for f in config["feeds"]}) == len(config["feeds"])


def test_every_feed_has_items_and_is_broken_only_where_it_should_be(
    first: Mapping[str, Document], later: Mapping[str, Document]
) -> None:
    assert all(document.items for document in [*first.values(), *later.values()])
    assert {name: d.error for name, d in first.items() if d.error} == BROKEN
    assert not any(d.error for d in later.values())


def test_all_addresses_are_reserved_for_examples(
    first: Mapping[str, Document], later: Mapping[str, Document]
) -> None:
    hosts = {urlsplit(i.key).hostname for i in items(first, later) if "://" in i.key}

    assert all(host and host.endswith(".example") for host in hosts)


def test_formats_languages_and_outlets_are_many(first: Mapping[str, Document]) -> None:
    documents = first.values()

    assert {d.format for d in documents} == {"rss20", "atom10", "rss10", "1.1"}
    assert (
        " ".join(sorted({d.language for d in documents}))
        == "ar de en es fr it ja ko pl pt ru tr uk vi zh"
    )
    assert len({urlsplit(d.site).hostname for d in documents}) == 21


# --- the truth -------------------------------------------------------------------------------


def test_every_article_has_a_story_and_every_row_of_the_truth_an_article(
    first: Mapping[str, Document], later: Mapping[str, Document]
) -> None:
    published = {i.key for i in items(first, later) if i.key}

    assert published == set(sample.truth())
    assert len(published) == 46
    assert len(set(sample.truth().values())) == 19


def test_the_truth_names_a_feed_that_carries_the_article(
    first: Mapping[str, Document], later: Mapping[str, Document]
) -> None:
    carried = {(i.feed, i.key) for i in items(first, later)}
    rows = (sample.path() / "truth.tsv").read_text(encoding="utf-8").splitlines()[1:]

    assert {(feed, url) for _, url, feed in (row.split("\t") for row in rows)} <= carried
    assert len(rows) == len(sample.truth()), "a row is listed twice"


def test_every_report_has_six_to_fourteen_paragraphs(
    first: Mapping[str, Document], later: Mapping[str, Document]
) -> None:
    counts = {i.key: i.html.count("<p>") for i in items(first, later) if i.key}

    assert {key: n for key, n in counts.items() if not 6 <= n <= 14} == {}


def test_nine_stories_run_in_several_languages(
    first: Mapping[str, Document], later: Mapping[str, Document]
) -> None:
    both = {**first, **later}
    languages: dict[str, set[str]] = {}
    for url, story in sample.truth().items():
        if any(i.key == url for i in items(both)):
            languages.setdefault(story, set()).add(language_of(url, both))

    assert Counter(len(found) > 1 for found in languages.values()) == {True: 9, False: 10}
    assert languages["tidal-barrier"] == {"vi", "de", "en", "fr", "ru"}


@pytest.mark.parametrize(
    ("original", "copy"),
    [
        (
            "https://hafenbote.example/2026/03/warnstreik-faehren-luettholm",
            "https://kuestenkurier.example/artikel/4471",
        ),
        (
            "https://pacificledger.example/2026/03/03/port-ellery-earthquake",
            "https://harbourwire.example/news/6001",
        ),
        (
            "https://gazzettadelmolo.example/cronaca/mosaico-mercato",
            "https://gazzettadelmolo.example/cultura/mosaico-mercato-visite",
        ),
    ],
    ids=["another-outlet", "another-outlet-and-source-element", "republished"],
)
def test_a_verbatim_copy_has_the_same_text_and_story(
    original: str, copy: str, first: Mapping[str, Document], later: Mapping[str, Document]
) -> None:
    assert text_of(original, first, later) == text_of(copy, first, later)
    assert sample.truth()[original] == sample.truth()[copy]


@pytest.mark.parametrize("series", ["river-level", "market"])
def test_reports_of_a_series_are_a_story_for_each_day(series: str) -> None:
    days = [story for story in sample.truth().values() if story.startswith(series)]

    assert len(days) == len(set(days)) == 3


def test_two_reports_on_one_event_are_two_stories(first: Mapping[str, Document]) -> None:
    told = [i for i in first["harbourwire.xml"].items if "Port Ellery" in i.html]

    assert {sample.truth()[i.key] for i in told} == {"earthquake-damage", "earthquake-hospital"}


@pytest.mark.parametrize(
    ("feed", "residue"),
    [
        ("weltlage24.xml", "[Anzeige_2]"),
        ("weltlage24.xml", "Kommentar (0)"),
        ("weltlage24.xml", "(Quelle: Getty Images) |"),
        ("weltlage24.xml", "Quelle: https://baocuabien.example/"),
        ("weltlage24.xml", "Mosaik aus dem dritten Jahrhundert"),
        ("globaldigest.xml", "[ad_1]"),
        ("globaldigest.xml", "(Photo: Getty Images) |"),
        ("globaldigest.xml", "Comment (0)"),
        ("globaldigest.xml", "A new grain terminal with 27 kilometres"),
        ("severnyvestnik.xml", "[quảng cáo_1]"),
        ("severnyvestnik.xml", "Источник: https://baocuabien.example/"),
        ("courrierdudetroit.xml", "Abonnez-vous à notre lettre d’information"),
        ("kuestenkurier.xml", "Lesen Sie auch"),
        ("kurierbaltycki.json", "Czytaj także"),
        ("morningcollector.json", "daily newsletter"),
    ],
)
def test_portals_leave_residue(feed: str, residue: str, first: Mapping[str, Document]) -> None:
    assert any(residue in i.html for i in first[feed].items)


@pytest.mark.parametrize(
    ("feed", "spellings"),
    [
        ("weltlage24.xml", ("Tran Quoc Bao", "Trần Quốc Báo")),
        ("globaldigest.xml", ("Salma al-Haddad", "Salma Al Hadad")),
        ("globaldigest.xml", ("Olena Martyniuk", "Elena Martynyuk")),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_a_translation_spells_one_name_twice(
    feed: str, spellings: tuple[str, str], first: Mapping[str, Document]
) -> None:
    assert any(all(name in i.html for name in spellings) for i in first[feed].items)


def test_every_cited_address_is_that_of_an_article() -> None:
    feeds = "".join(f.read_bytes().decode("utf-8", "replace") for f in _first_files())
    cited = [w.split("&lt;")[0] for w in _after(feeds, ("Quelle: ", "Source: ", "Источник: "))]

    assert len(cited) == 5  # the Russian one is in another encoding
    assert set(cited) <= set(sample.truth())


def _first_files() -> list[Path]:
    return sorted((sample.path() / "feeds").iterdir())


def _after(text: str, labels: tuple[str, ...]) -> list[str]:
    return [
        rest.split()[0]
        for label in labels
        for rest in text.split(label)[1:]
        if rest.startswith("https://")
    ]


# --- the defects -----------------------------------------------------------------------------

DEFECTS: dict[str, tuple[str, Callable[[Item], bool], int]] = {
    "no guid": ("rundschaunord.xml", lambda i: not i.guid and bool(i.link), 1),
    "no date": ("rundschaunord.xml", lambda i: not i.dated, 1),
    "future date": ("harbourwire.xml", lambda i: "2038" in i.dated, 1),
    "no title": ("harbourwire.xml", lambda i: not i.title and bool(i.link), 1),
    "markup in title": ("harbourwire.xml", lambda i: "<b>" in i.title, 1),
    "double-escaped title": ("harbourwire-markets.xml", lambda i: "&amp;" in i.title, 3),
    "nothing at all": ("harbourwire.xml", lambda i: not (i.guid or i.link or i.html), 1),
    "javascript link": ("globaldigest.xml", lambda i: i.link.startswith("javascript:"), 1),
    "tracking parameters": ("globaldigest.xml", lambda i: "utm_source=" in i.link, 1),
    "tracking pixel": ("weltlage24.xml", lambda i: "pixel.gif" in i.html, 1),
}


@pytest.mark.parametrize(("feed", "shows", "count"), DEFECTS.values(), ids=DEFECTS)
def test_items_have_the_defects_of_real_feeds(
    feed: str, shows: Callable[[Item], bool], count: int, first: Mapping[str, Document]
) -> None:
    assert sum(map(shows, first[feed].items)) == count


@pytest.mark.parametrize(
    ("feed", "found"),
    [
        ("kowannippo.xml", b"\xef\xbb\xbf<?xml"),
        ("harbourwire.xml", b"A rye\x0b loaf from a\x08 bakery"),
        ("baocuabien.xml", b"<content:encoded><![CDATA[<p>"),
        ("rundschaunord.xml", "für Kranke".encode("latin-1")),
        ("severnyvestnik.xml", "шлюз".encode("windows-1251")),
        ("diariodoplanalto.xml", b'href="/mundo/barragem-valdeserna"'),
    ],
    ids=["bom", "controls", "cdata", "undeclared-latin-1", "windows-1251", "relative-link"],
)
def test_files_have_the_defects_of_real_feeds(feed: str, found: bytes) -> None:
    assert found in raw(feed)


def test_one_feed_gives_two_articles_the_same_guid(first: Mapping[str, Document]) -> None:
    guids = Counter(i.guid for i in first["globaldigest.xml"].items)

    assert guids.most_common(1) == [("https://globaldigest.example/?p=55040", 2)]


def test_one_article_is_in_two_feeds(first: Mapping[str, Document]) -> None:
    feeds = Counter(i.key for i in items(first))

    assert [key for key, n in feeds.items() if n > 1] == [
        "https://pacificledger.example/2026/03/03/port-ellery-earthquake"
    ]


# --- the second edition ----------------------------------------------------------------------


def test_the_second_edition_replaces_three_feeds(later: Mapping[str, Document]) -> None:
    assert set(later) == LATER


def test_the_second_edition_changes_an_article_under_its_guid(
    first: Mapping[str, Document], later: Mapping[str, Document]
) -> None:
    old, new = ({i.guid: i for i in e["farodelvalle.xml"].items} for e in (first, later))
    changed = {guid for guid in old if old[guid].html != new[guid].html}

    assert changed == {"faro-8790"}
    assert old.keys() == new.keys()


@pytest.mark.parametrize("feed", ["gazzettadelmolo.xml", "hafenbote-pegel.xml"])
def test_the_second_edition_brings_an_article_under_a_new_guid_and_address(
    feed: str, first: Mapping[str, Document], later: Mapping[str, Document]
) -> None:
    old, new = ({(i.guid, i.link) for i in e[feed].items} for e in (first, later))

    assert len(new - old) == 1


# --- put to work -----------------------------------------------------------------------------


def test_a_placed_newsroom_has_the_first_edition_and_then_the_second(tmp_path: Path) -> None:
    config = sample.place(tmp_path)

    assert config == tmp_path / "newsroom.toml"
    for file in _first_files():
        assert (tmp_path / "feeds" / file.name).read_bytes() == file.read_bytes()

    sample.publish_later(tmp_path)

    for file in (sample.path() / "feeds_later").iterdir():
        assert (tmp_path / "feeds" / file.name).read_bytes() == file.read_bytes()


def test_the_truth_cannot_be_changed() -> None:
    truth: Any = sample.truth()
    with pytest.raises(TypeError):
        truth["https://hafenbote.example/"] = "x"


def test_a_series_repeats_its_sentences_with_other_numbers(later: Mapping[str, Document]) -> None:
    texts = [i.html for i in later["hafenbote-pegel.xml"].items]
    without_numbers = [
        "".join(c for c in text if not c.isdigit()).replace(day, "")
        for text, day in zip(texts, ("Mittwoch", "Dienstag", "Montag"), strict=True)
    ]

    assert len(set(texts)) == 3
    assert all(a == b for a, b in pairwise(without_numbers))
