"""The store: one connection in one thread, values in and values out.

The methods are the functions of the modules beside this one, bound to the connection; those that
write want a transaction around them::

    with store.transaction():
        new = store.add_articles(feed_id, articles, now)
        store.sight(feed_id, new, now)
        store.finish_polls([(feed_id, record)])
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

from sqlite_utils import Database

from ingestor.dedup.window import Slot
from ingestor.store import (
    articles,
    boilerplate,
    comparison,
    feeds,
    fingerprints,
    originals,
    pages,
    polls,
    search,
    stories,
)
from ingestor.store.database import BUSY_SECONDS, open_database, sqlite_errors
from ingestor.store.operation import reading, writing


class Store:
    """The database; to be used in the thread that opened it."""

    def __init__(self, path: Path, db: Database) -> None:
        self._path = path
        self._db = db

    @classmethod
    def open(
        cls, path: Path, *, readonly: bool = False, busy_seconds: float = BUSY_SECONDS
    ) -> Self:
        """Open a database; create or migrate it unless it is opened for reading only.

        Args:
            path: The file.
            readonly: Readers neither block the writer nor are blocked by it.
            busy_seconds: How long to wait for a lock of another process.

        Raises:
            StoreError: it cannot be opened, or is not ours; the file is left as it is.
        """
        return cls(path, open_database(path, readonly=readonly, busy_seconds=busy_seconds))

    @classmethod
    @contextmanager
    def over(cls, connection: sqlite3.Connection, path: Path) -> Iterator[Self]:
        """Read through a connection of another program's, within one state of the database.

        Args:
            connection: To a database of the present schema; it stays open.
            path: Its file, for messages.
        """
        with sqlite_errors(path):
            connection.execute("BEGIN")
            try:
                yield cls(path, Database(connection, execute_plugins=False))
            finally:
                connection.execute("ROLLBACK")

    @property
    def path(self) -> Path:
        """Where the database lies."""
        return self._path

    @property
    def db(self) -> Database:
        """The connection; for this package only."""
        return self._db

    def close(self) -> None:
        """Close the connection; what no transaction committed is gone."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all the writes inside together, or none; what was added can be found then.

        Raises:
            StoreBusy: another process holds the lock; nothing is written.
            StoreFull: the disk is full; nothing is written.
        """
        connection = self._db.conn
        if connection.in_transaction:
            raise RuntimeError("a transaction is open already")
        with sqlite_errors(self._path):
            # Not `Database.atomic`, which begins deferred: its first write can then fail with
            # BUSY_SNAPSHOT, for which no waiting helps.
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                search.index(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # a full disk ends it by itself
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all the reads inside see one state of the database, whoever writes meanwhile.

        Raises:
            StoreError: the database cannot be read.
        """
        with sqlite_errors(self._path):
            self._db.conn.execute("BEGIN")
            try:
                yield
            finally:
                self._db.conn.execute("ROLLBACK")

    sync_feeds = writing(feeds.sync_feeds)
    due_feeds = reading(feeds.due_feeds)
    feed_states = reading(feeds.feed_states)
    feed_state = reading(feeds.feed_state)
    twin = reading(feeds.twin)
    finish_polls = writing(polls.finish_polls)

    known = reading(articles.known)
    version = reading(articles.version)
    articles_by_url = reading(articles.articles_by_url)
    add_articles = writing(articles.add_articles)
    revise_article = writing(articles.revise_article)
    retell_article = writing(articles.retell_article)
    reclean_article = writing(articles.reclean_article)
    sight = writing(articles.sight)
    touch = writing(articles.touch)

    meanings = reading(fingerprints.meanings)
    extent = reading(fingerprints.extent)
    made = reading(fingerprints.made)
    texts = reading(fingerprints.texts)
    first_texts = reading(fingerprints.first_texts)
    texts_made_by = reading(fingerprints.texts_made_by)
    replace_fingerprints = writing(fingerprints.replace_fingerprints)

    stale = reading(originals.stale)
    count_stale = reading(originals.count_stale)
    mark_clean = writing(originals.mark_clean)
    mark_all_stale = writing(originals.mark_all_stale)
    versions = reading(originals.versions)
    removals_of = reading(originals.removals_of)
    originals_of = reading(originals.originals_of)

    taken_out = reading(boilerplate.taken_out)
    taken_out_of = reading(boilerplate.taken_out_of)
    pending_sites = reading(boilerplate.pending_sites)
    looked_at = writing(boilerplate.looked_at)
    recurring_blocks = reading(boilerplate.recurring_blocks)
    witnesses = reading(boilerplate.witnesses)
    passages = reading(boilerplate.passages)
    articles_between = reading(boilerplate.articles_between)
    boilerplate_of = reading(boilerplate.boilerplate_of)
    put_boilerplate = writing(boilerplate.put_boilerplate)
    drop_boilerplate = writing(boilerplate.drop_boilerplate)
    switch_boilerplate = writing(boilerplate.switch_boilerplate)
    clean_again = writing(boilerplate.clean_again)
    one_boilerplate = reading(boilerplate.one_boilerplate)

    want_pages = writing(pages.want_pages)
    drop_pages = writing(pages.drop_pages)
    queued_pages = reading(pages.queued_pages)
    overdue_pages = reading(pages.overdue_pages)
    wanted_pages = reading(pages.wanted_pages)
    still_wanted = reading(pages.still_wanted)
    count_pages = reading(pages.count_pages)
    pages_asked = reading(pages.pages_asked)
    pages_fuller = reading(pages.pages_fuller)
    postpone_feed = writing(pages.postpone_feed)
    postpone_host = writing(pages.postpone_host)
    finish_page = writing(pages.finish_page)
    lengths = reading(pages.lengths)
    robots = reading(pages.robots)
    keep_robots = writing(pages.keep_robots)

    add_match = writing(stories.add_match)
    matched = reading(stories.matched)
    drop_matches = writing(stories.drop_matches)
    new_story = writing(stories.new_story)
    join_story = writing(stories.join_story)
    set_canonical = writing(stories.set_canonical)
    resolve_citations = writing(stories.resolve_citations)
    add_ruling = writing(stories.add_ruling)
    rulings = reading(stories.rulings)
    split_pairs = reading(stories.split_pairs)
    revoke_between = writing(stories.revoke_between)
    revoke_pins = writing(stories.revoke_pins)
    revoke_all = writing(stories.revoke_all)

    members = reading(comparison.members)
    story_views = reading(comparison.story_views)
    web = reading(comparison.web)
    signatures = reading(comparison.signatures)
    fingerprints = reading(comparison.fingerprints)
    recent = reading(comparison.recent)
    citation_candidates = reading(comparison.citation_candidates)
    centroids = reading(comparison.centroids)
    add_centroid = writing(comparison.add_centroid)
    languages_with = reading(comparison.languages_with)

    def window_slots(self, since: datetime) -> Iterator[Slot]:
        """The articles dated since then, one by one: there may be a million."""
        with sqlite_errors(self._path):
            yield from comparison.window_slots(self._db.conn, since)
