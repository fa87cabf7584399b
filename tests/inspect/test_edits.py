"""What an outlet changed: word by word, and in bounded time whatever it published."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

pytest.importorskip("datasette", reason="Datasette (extra `inspect`) is not installed")

from ingestor.inspect.plugin.edits import Change, Edit, edits
from ingestor.store.values import ArticleDetail, RevisionRow
from tests.store.support import NOW

ARTICLE = ArticleDetail(
    id=1, story_id=1, url="", canonical_url="", title="", text="", language="", author="",
    published_at=None, updated_at=None, first_seen_at=NOW, outlet="", text_from="feed",
    sources=(), removals=(), sightings=(), revisions=(), matches=(),
)  # fmt: skip


def edited(old: str, new: str) -> Edit:
    """The edit that turned one text into another."""
    before = RevisionRow(number=1, title="", text=old, published_at=None, replaced_at=NOW)
    (edit,) = edits(replace(ARTICLE, text=new, revisions=(before,)))
    return edit


def test_of_a_long_text_the_changed_paragraphs_are_shown() -> None:
    old = [f"Paragraph {n}." if n % 9 else "* * *" for n in range(900)]
    new = [*old[:400], "A new one.", *old[400:]]
    ((change,),) = edited("\n\n".join(old), "\n\n".join(new)).paragraphs
    assert change == Change(kind="in", text="A new one.")


@pytest.mark.parametrize("many", [1_000, 5_000])
def test_paragraphs_that_are_all_alike_are_compared_in_time(many: int) -> None:
    started = time.process_time()
    (paragraph,) = edited("Alike.\n\n" * many, "Alike.\n\n" * many + "Not.").paragraphs
    assert "Not." in paragraph[-1].text
    assert time.process_time() - started < 5
