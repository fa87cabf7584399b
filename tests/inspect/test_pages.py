"""The pages, as Datasette serves them: what they show, what they answer to strange questions."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("datasette", reason="Datasette (extra `inspect`) is not installed")

from ingestor.inspect.plugin.story import MOST
from ingestor.inspect.serve import App, application, datasette_for
from ingestor.models import Feed
from ingestor.store.store import Store
from tests.inspect import newsrooms
from tests.store.support import NOW, add, article, opened

PAGES = ("stories", "story/1", "article/1", "day", "feeds", "search?q=larnova")


async def get(database: Path, path: str) -> Any:
    """Ask a Datasette over the database for one of its pages."""
    return await datasette_for(database, {}).client.get(f"/{database.stem}/-/{path}")


async def text(database: Path, path: str) -> str:
    """The words of a page, on one line, without markup."""
    response = await get(database, path)
    assert response.status_code == 200, response.text
    return " ".join(re.sub(r"<(style|title)\b.*?</\1>|<[^>]*>", " ", response.text).split())


async def test_the_front_page_lists_stories_by_day(calm: Path) -> None:
    found = await text(calm, "stories")
    assert "Monday, 23 November 2026" in found
    assert re.search(r"Harbour of Larnova closed .* Harbour Wire and 3 others 4 versions", found)
    assert "ar de en zh" in found


@pytest.mark.parametrize(
    ("query", "stories"),
    [
        pytest.param("language=de", ["1"], id="language of any version"),
        pytest.param("language=fr", [], id="no such language"),
        pytest.param("outlet=3", ["1"], id="outlet"),
        pytest.param("day=2026-11-23", ["1", "5"], id="day"),
        pytest.param("day=2026-11-22", [], id="another day"),
        pytest.param("day=9999-12-31&outlet=x&after=y.z", ["1", "5"], id="nonsense is ignored"),
        pytest.param("after=2026-11-23T12:00:00Z.5", ["5"], id="from a place on"),
        pytest.param("after=0001-01-01T00:00:00%2B23:59.5", ["1", "5"], id="from no place on"),
    ],
)
async def test_stories_are_filtered(calm: Path, query: str, stories: list[str]) -> None:
    response = await get(calm, f"stories?{query}")
    assert response.status_code == 200
    assert sorted(re.findall(r"/-/story/(\d+)\"", response.text)) == stories


async def test_a_story_shows_versions_side_by_side(calm: Path) -> None:
    page = (await get(calm, "story/1?with=2")).text
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in page.split("<tr")[2:]]
    pairs = [tuple(re.sub(r"\s*<.*", "", cell, flags=re.S) for cell in row) for row in rows]
    assert ("Harbour of Larnova closed", "Hafen von Larnova gesperrt") in pairs
    assert any(
        a.startswith("Repairs will cost") and b.startswith("Die Reparatur") for a, b in pairs
    )
    assert ("", "Das Wetter bleibt unterdessen mild und trocken.") in pairs
    assert any(a.startswith("Fishermen fear") and not b for a, b in pairs)


async def test_a_version_that_is_no_number_is_not_shown_beside(calm: Path) -> None:
    asked, nothing = [await get(calm, f"story/1{q}") for q in (f"?with={'9' * 5000}", "")]
    assert asked.status_code == 200
    assert asked.text == nothing.text


async def test_a_story_tells_why_it_is_one(calm: Path) -> None:
    found = await text(calm, "story/1")
    assert "translation of Harbour Wire , score 0.90" in found
    assert "because sentences and anchors agree sentences agree 0.70" in found
    assert "shared names Larnova" in found  # its consonants are stored
    assert "shared numbers 12,7" in found  # and the digits alone
    assert "Cites Harbour of Larnova closed" in found


async def test_a_story_of_very_many_versions_stays_a_page(tmp_path: Path) -> None:
    with closing(Store.open(tmp_path / "news.db")) as store:
        feed = Feed(url="https://a.example/rss", name="A")
        with store.transaction():
            store.sync_feeds([feed], {}, NOW)
        for number in range(MOST + 5):
            add(store, article(str(number)), story=1 if number else None)
    page = (await get(tmp_path / "news.db", "story/1")).text
    assert len(re.findall(r"/-/article/\d+", page)) == MOST
    assert f"{MOST + 5} versions" in page
    assert 'and 5 others: <a href="/news/story?story=1">all of them</a>' in page


async def test_a_citation_is_told_as_one(tmp_path: Path) -> None:
    path = newsrooms.calm(tmp_path / "news.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE matches SET relation = 'cites', score = 0.09")
    story = await text(path, "story/1")
    assert "cites Harbour Wire because sentences" in story
    assert "score" not in story
    assert "cited by Hafen von Larnova gesperrt" in await text(path, "article/1")


async def test_every_text_has_its_language_and_direction(calm: Path) -> None:
    page = (await get(calm, "story/1?with=3")).text
    assert '<td class="strong" lang="ar" dir="rtl"' in page or 'lang="ar" dir="rtl"' in page
    assert '<h1 lang="en" dir="ltr">' in page


async def test_removals_stand_where_they_stood(calm: Path) -> None:
    page = (await get(calm, "article/5")).text
    shown = re.sub(r"<span class=\"rule\"[^>]*>(.*?)</span>", r"\1:", page)
    paragraphs = re.findall(r"<p lang=\"en\" dir=\"ltr\"[^>]*>(.*?)</p>", shown, re.S)
    assert [" ".join(p.split()) for p in paragraphs[:4]] == [
        "<del>placeholder: [ad_1]</del>",
        "The bridge opens on Monday. <del>credit bracketed: (Photo: N. N.)</del>",
        "Ferries will go on.",
        "<del>comment counter: Comments (3)</del>",
    ]


async def test_an_article_that_is_a_title_alone_has_a_page(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        new = article(title="A bridge is opened", text="")
        add(store, replace(new, entry=replace(new.entry, html="")))
        database = store.path
    assert "A bridge is opened" in await text(database, "article/1")


async def test_edits_are_shown_word_by_word(calm: Path) -> None:
    page = (await get(calm, "article/5")).text
    assert "Bridge <del>to open</del><ins>opens</ins>" in page
    assert "on <del>Sunday</del><ins>Monday</ins>." in page


async def test_the_front_page_sums_up_the_latest_day(calm: Path) -> None:
    found = await text(calm, "stories")
    sums = "5 articles tell 2 stories in 4 languages, 3 duplicates saved. 1 of 5 feeds ails"
    assert f"Monday, 23 November 2026 : {sums}" in found
    assert sums not in await text(calm, "stories?language=de")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        pytest.param("stories", "2 articles tell 1 story in 1 language,", id="front page"),
        pytest.param("day/2026-11-23", "languages 1 outlets", id="day"),
        pytest.param("story/1", "2 versions · 1 outlet · 1 language", id="story"),
    ],
)
async def test_an_unknown_language_counts_as_none(tmp_path: Path, path: str, words: str) -> None:
    with closing(Store.open(tmp_path / "news.db")) as store:
        with store.transaction():
            store.sync_feeds([Feed(url="https://a.example/rss", name="A")], {}, NOW)
        add(store, article("1"))
        add(store, replace(article("2"), language=""), story=1)
    assert words in await text(tmp_path / "news.db", path)


async def test_the_day_tells_who_repeated_whom_and_what_was_taken_out(calm: Path) -> None:
    found = await text(calm, "day/2026-11-23")
    assert "Who repeated whom" in found
    assert "Hafenbote Harbour Wire translation 1" in found
    assert "placeholder [ad_1] 1" in found
    page = (await get(calm, "day/2026-11-23")).text
    assert 'stories?day=2026-11-23&amp;outlet=3"><bdi>Marfa</bdi>' in page


@pytest.mark.parametrize(
    ("path", "words"),
    [
        pytest.param("stories", "No stories yet. ingestor poll fetches", id="stories"),
        pytest.param("stories?language=de", "No story matches. Show all", id="filtered stories"),
        pytest.param("day", "No article is dated on this day", id="day"),
        pytest.param("feeds", "No feeds yet", id="feeds"),
        pytest.param("feeds?health=ok", "No feed is ok. Show all", id="feeds of a health"),
        pytest.param("search?q=x", "Nothing found.", id="search"),
        pytest.param("search?q=x&language=de", "in German. Search all languages", id="language"),
    ],
)
async def test_an_empty_page_says_what_to_do(tmp_path: Path, path: str, words: str) -> None:
    Store.open(tmp_path / "news.db").close()
    assert words in await text(tmp_path / "news.db", path)


async def test_tables_have_the_looks_of_the_pages_and_lead_to_them(calm: Path) -> None:
    client = datasette_for(calm, {}).client
    page = (await client.get("/news/articles")).text
    (sheet,) = re.findall(r'href="(/-/static-plugins/\w+/tables\.css)', page)
    assert (await client.get(sheet)).status_code == 200
    assert re.search(r'href="/news/-/stories">Stories</a>', page)
    assert "Suggested facets" not in page


async def test_numbers_in_views_and_queries_lead_to_the_pages(calm: Path) -> None:
    client = datasette_for(calm, {}).client
    view = (await client.get("/news/duplicates")).text
    query = (await client.get("/news/story?story=1")).text
    assert '<a href="/news/-/article/2">2</a>' in view
    assert '<a href="/news/-/article/4">4</a>' in query


async def test_queries_with_parameters_are_there_in_any_datasette(
    calm: Path, tmp_path: Path
) -> None:
    page = (await datasette_for(calm, {}).client.get("/news")).text
    assert '<a href="/news/who_copies_whom"' in page
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE t (x)")
    assert "who_copies_whom" not in (await datasette_for(other, {}).client.get("/other")).text


async def test_the_day_counts_what_was_saved(calm: Path) -> None:
    found = await text(calm, "day/2026-11-23")
    assert "articles 5 stories 2 duplicates saved 3 languages 4 outlets 4" in found
    assert "English 2 2" in found
    assert "No article is dated on this day" in await text(calm, "day/2020-01-01")


async def test_feeds_that_ail_come_first(calm: Path) -> None:
    found = await text(calm, "feeds")
    assert found.index("Silent") < found.index("Harbour Wire")
    assert "failing connection refused" in found
    page = (await get(calm, "feeds?health=failing")).text
    assert "Latest polls: 1 failed" in page
    assert "Hafenbote" not in page


async def test_search_marks_what_it_found(calm: Path) -> None:
    assert "<mark>Larnova</mark>" in (await get(calm, "search?q=larnova")).text
    assert "维修将<mark>耗资</mark>一千" in (await get(calm, "search?q=耗资")).text
    assert "Nothing found" in await text(calm, "search?q=zzz")


@pytest.mark.parametrize(
    "path",
    [
        "story/99",
        "article/99",
        "story/999999999999999999",
        "day/2026-02-30",
        "day/0001-01-02",
        "day/9999-12-30",
    ],
)
async def test_what_is_not_there_is_not_found(calm: Path, path: str) -> None:
    response = await get(calm, path)
    assert response.status_code == 404
    assert "Not found" in response.text


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/news/-/story/abc", id="no number"),
        pytest.param("/news/-/story/99999999999999999999", id="a number that is too long"),
        pytest.param("/news/-/day/foo", id="no day"),
        pytest.param("/a/b/c/d/e", id="no such place"),
        pytest.param("/news/nothing", id="no such table"),
        pytest.param("/nothing/-/stories", id="no such database"),
    ],
)
async def test_an_address_that_leads_nowhere_is_not_found_without_a_word_in_the_log(
    calm: Path, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    response = await datasette_for(calm, {}).client.get(path)
    assert response.status_code == 404
    assert "<h1>Not found</h1>" in response.text
    assert 'href="/news/-/stories"' in response.text
    assert capsys.readouterr() == ("", "")


async def test_a_program_is_told_in_json_that_an_address_leads_nowhere(calm: Path) -> None:
    response = await datasette_for(calm, {}).client.get("/a/b/c/d/e.json")
    assert response.status_code == 404
    assert response.json() == {"ok": False, "error": "404", "status": 404}


@pytest.mark.parametrize("path", PAGES)
async def test_pages_have_a_strict_policy_and_no_script(calm: Path, path: str) -> None:
    response = await get(calm, path)
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert not re.search(
        r"<script|<style|\sstyle=|\son\w+=|https?://(?!\w+\.example)", response.text
    )


@pytest.mark.parametrize("path", PAGES)
async def test_hostile_texts_are_escaped(hostile: Path, path: str) -> None:
    response = await get(hostile, path)
    assert response.status_code == 200
    assert "<script" not in response.text
    assert not re.search(r"<img|<svg onload|href=\"(?!/|#|https?:|data:,)", response.text)
    assert "49{%" not in response.text


async def answer(app: App, path: str, host: str = "127.0.0.1:8001") -> list[dict[str, Any]]:
    """What the web application sends for a path."""
    sent: list[dict[str, Any]] = []

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    headers = [(b"host", host.encode())]
    scope = {"type": "http", "method": "GET", "headers": headers, "query_string": b"", "path": path}
    await app({**scope, "raw_path": path.encode(), "http_version": "1.1"}, None, send)
    return sent


async def test_datasettes_own_pages_run_only_its_own_scripts(calm: Path) -> None:
    datasette = datasette_for(calm, {})
    await datasette.invoke_startup()
    sent = await answer(application(datasette, "/news/-/stories"), "/news")
    policy = dict(sent[0]["headers"])[b"content-security-policy"].decode()
    scripts = policy.partition("script-src ")[2].partition(";")[0]
    assert scripts.startswith("'self' 'sha256-")
    assert "unsafe" not in scripts


async def test_the_root_leads_to_the_front_page(calm: Path) -> None:
    sent = await answer(application(datasette_for(calm, {}), "/news/-/stories"), "/")
    assert sent[0]["status"] == 302
    assert (b"location", b"/news/-/stories") in sent[0]["headers"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8001", 302),
        ("localhost:8001", 302),
        ("[::1]:8001", 302),
        ("evil.example:8001", 421),
        ("127.0.0.1.evil.example", 421),
        ("[", 421),
        ("", 421),
    ],
)
async def test_only_who_asks_for_this_machine_is_answered(
    calm: Path, host: str, status: int
) -> None:
    app = application(datasette_for(calm, {}), "/news/-/stories")
    assert (await answer(app, "/", host))[0]["status"] == status


async def test_other_databases_are_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    assert (await get(other, "stories")).status_code == 404


async def test_sql_functions_compare_stored_fingerprints(calm: Path) -> None:
    sql = (
        "SELECT hamming(a.value, b.value) AS bits, simhash_cosine(a.value, b.value) AS cosine,"
        " hamming(a.value, x'00') AS unequal, hamming(NULL, 1) AS neither"
        " FROM fingerprints a JOIN fingerprints b USING (part, algorithm)"
        " WHERE a.article_id = 1 AND b.article_id = 2 AND part = 'text' AND length(a.value) = 64"
    )
    client = datasette_for(calm, {}).client
    found = await client.get("/news.json", params={"sql": sql, "_shape": "objects"})
    (row,) = found.json()["rows"]
    assert 0 < row["bits"] < 256
    assert 0.2 < row["cosine"] < 1
    assert (row["unequal"], row["neither"]) == (None, None)
