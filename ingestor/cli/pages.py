"""A story and an article as a page for people, or as plain lines in a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.table import Column, Table
from rich.text import Text

from ingestor.cli.output import console, harmless, on_terminal, print_rows, say, show_time
from ingestor.store.values import ArticleDetail, ArticleRow, StoryDetail


def show_story(story: StoryDetail) -> None:
    """Print a story, its articles and why they are one; in a pipe a line for each article."""
    if not on_terminal():
        print_rows("", (), map(_columns, story.articles))
        return
    say(f"Story {story.id}, first seen {show_time(story.first_seen_at)} UTC\n", "bold")
    page = Table.grid(Column(justify="right"), Column(overflow="fold"), padding=(0, 2, 1, 0))
    for article in story.articles:
        page.add_row(str(article.id), _headline(article))
    console().print(page)
    if story.matches:
        print_rows(
            "Why they are one story",
            ("#article", "is a", "#of", "#score", "because"),
            (
                (
                    m.article_id,
                    m.relation,
                    m.other_article_id,
                    f"{m.score:.2f}",
                    _reason(m.evidence),
                )
                for m in story.matches
            ),
        )


def _columns(article: ArticleRow) -> tuple[str | int | None, ...]:
    return (
        article.id,
        "canonical" if article.canonical else "also",
        article.language,
        show_time(article.published_at),
        article.outlet,
        article.title,
        article.url,
    )


def _headline(article: ArticleRow) -> Text:
    """Outlet, language and date, below them the title, below it the address."""
    return Text.assemble(
        (harmless(article.outlet), "cyan"),
        (f"  {article.language or '?'}  {show_time(article.published_at)}", "dim"),
        ("  canonical" if article.canonical else "", "green"),
        "\n",
        (harmless(article.title) or "(no title)", "bold"),
        "\n",
        (harmless(article.url), "dim"),
    )


def show_article(article: ArticleDetail) -> None:
    """Print an article with all that is known of it; in a pipe a field and its value a line."""
    fields = [(name, style, value) for name, style, value in _fields(article) if value]
    if not on_terminal():
        print_rows("", (), ((name, value) for name, _, value in fields))
        return
    page = Table.grid(padding=(0, 2, 0, 0))
    before = ""
    for name, style, value in fields:
        label = "" if name == before else name
        space = "\n" if name in {"url", "text"} else ""
        page.add_row(Text(label, "dim"), Text(harmless(value) + space, style, overflow="fold"))
        before = name
    console().print(page)


def _fields(article: ArticleDetail) -> Iterator[tuple[str, str, str]]:
    """The name, style and value of each line."""
    yield "title", "bold", article.title
    yield "article", "", f"{article.id} of story {article.story_id}"
    yield "outlet", "", article.outlet
    yield "author", "", article.author
    yield "language", "", article.language
    yield "published", "", f"{show_time(article.published_at)} UTC" if article.published_at else ""
    yield "url", "", article.url
    yield "text from", "", "its page" if article.text_from == "page" else ""
    for part in article.text.split("\n\n"):
        yield "text", "", part
    for source in article.sources:
        yield "source", "cyan", " ".join(filter(None, (source.kind, source.name, source.url)))
    for removal in article.removals:
        yield "removed", "red", f"{removal.rule}: {removal.text}"
    for revision in article.revisions:
        until = f"{revision.number}, until {show_time(revision.replaced_at)} UTC"
        yield "revision", "yellow", f"{until}: {revision.title}"
    for match in article.matches:
        pair = f"{match.relation} of {match.other_article_id}"
        if match.other_article_id == article.id:
            pair = f"{match.relation} by {match.article_id}"
        yield "match", "magenta", f"{pair}, {match.score:.2f}: {_reason(match.evidence)}"
    for sighting in article.sightings:
        yield "seen in", "green", f"{sighting.feed} as {sighting.guid}"


def _reason(evidence: Mapping[str, object]) -> str:
    return str(evidence.get("reason", ""))
