"""The ledger: judge and record what a poll brought, in the database's one thread.

`Ledger` holds what lives in that thread; `stories` says which articles are one report, and `marks`
has what concerns the fingerprints of stored articles.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Self

from ingestor import schedule, urls
from ingestor.clean import Learned
from ingestor.config import Settings
from ingestor.encoders.centroids import Centroids
from ingestor.fulltext import LATEST, PROBED, PROBES, wants_page
from ingestor.models import Article, Entry
from ingestor.polled import (
    Changes,
    Polled,
    Report,
    final_plan,
    heard,
    outcome_of,
    poll_record,
    report,
    signature_of,
)
from ingestor.prepare import (
    content_hash,
    same_publication,
    teaser_hash,
)
from ingestor.repeated import Repeated
from ingestor.rhythm import Rhythm
from ingestor.store.state import has_new_feeds
from ingestor.store.store import Store
from ingestor.store.values import (
    FeedChanges,
    FeedState,
    Known,
    Numbered,
    PollRecord,
    Version,
)
from ingestor.stories import Stories


class Ledger:
    """The store, the stories in it, and what judging needs to know of the feeds.

    Attributes:
        stories: Which articles are one report.
        repeated: What sites are known to repeat.
    """

    def __init__(self, store: Store, settings: Settings, now: datetime) -> None:
        self.store = store
        self._settings = settings
        self.stories = Stories(store, settings.dedup.window, now)
        self.repeated = Repeated(store.taken_out())

    @classmethod
    def open(cls, settings: Settings, now: datetime) -> Self:
        """Open and migrate the database, and read the window.

        Raises:
            StoreError: it cannot be opened.
        """
        return cls(Store.open(settings.database), settings, now)

    def close(self) -> None:
        """Close the database; the ledger is of no use afterwards."""
        self.store.close()

    def ping(self) -> None:
        """Do nothing: that it is done shows that the database's thread is alive."""

    # --- feeds -----------------------------------------------------------------------------

    def sync(self, settings: Settings, now: datetime) -> FeedChanges:
        """Take over a configuration: its feeds are active, all others rest with their articles.

        Raises:
            StoreError: nothing is stored, and what was configured before goes on.
        """
        interval = settings.schedule.interval
        first = {feed.url: schedule.spread(feed.url, now, interval) for feed in settings.feeds}
        general = settings.clean.fulltext
        reading = [feed.url for feed in settings.feeds if (feed.fulltext or general) != "never"]
        with self.store.transaction():
            changes = self.store.sync_feeds(settings.feeds, first, now)
            self.store.drop_pages(reading)
        self._settings = settings
        return changes

    def due(
        self, now: datetime, limit: int, under_way: Collection[int] = ()
    ) -> tuple[FeedState, ...]:
        """The feeds whose polls may begin now, the longest overdue first.

        Of a host that wants spacing one feed is polled at a time.
        """
        spaced = self._settings.fetch.per_host_interval > 0
        return self.store.due_feeds(now, limit, under_way, spaced=spaced)

    def states(self) -> Mapping[str, FeedState]:
        """What is known of every feed, by URL."""
        return {state.url: state for state in self.store.feed_states()}

    def state(self, url: str) -> FeedState:
        """What is known of one feed.

        Raises:
            UsageError: it was never configured.
        """
        return self.store.feed_state(url)

    def has_new_feeds(self) -> bool:
        """Whether a feed is to be polled for the first time."""
        return has_new_feeds(self.store)

    # --- a poll ----------------------------------------------------------------------------

    def news(self, feed_id: int, entries: Sequence[Entry]) -> tuple[Entry, ...]:
        """The entries that are new, or edited under the same guid; a pruned one is neither."""
        known = self.store.known(feed_id, [entry.guid for entry in entries])
        return tuple(entry for entry in entries if _is_news(known.get(entry.guid), entry))

    def record(self, ended: Sequence[tuple[Polled, datetime]]) -> tuple[Report, ...]:
        """Store everything that polls brought, or nothing of it.

        Args:
            ended: Polls of different feeds, each with the moment at which it ended.

        Raises:
            StoreError: nothing is stored.
        """
        with self.changing():
            entered = [self._enter(polled, now) for polled, now in ended]
            self.store.finish_polls([poll for poll, _ in entered])
        return tuple(told for _, told in entered)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Commit all the writes inside together, or none, and then the window knows none either.

        Raises:
            StoreError: nothing is stored.
        """
        with self.stories.in_step(), self.store.transaction():
            yield

    def _enter(self, polled: Polled, now: datetime) -> tuple[tuple[int, PollRecord], Report]:
        """Store the articles of a poll; give what is to be written of the poll itself."""
        if (twin := self._twin(polled)) is not None:
            polled = polled._replace(twin=twin)
        changes = self._take_all(polled, now)
        rhythm = heard(polled, changes, now)
        plan = final_plan(polled, self._plan(polled, rhythm, now), now)
        record = poll_record(polled, changes, plan, rhythm, now)
        return (polled.state.id, record), report(polled, record)

    def _take_all(self, polled: Polled, now: datetime) -> Changes:
        """Store the articles of a document, and note what it shows."""
        if polled.parsed is None:
            return Changes()
        edited, new = self._take(tuple(map(self.repeated.noted, polled.articles)), polled, now)
        self._want_pages([*edited, *new], polled, now)
        seen = [entry.guid for entry in polled.parsed.entries]
        self.store.touch(polled.state.id, seen, now)
        return Changes(new=len(new), updated=len(edited))

    def _take(
        self, articles: Sequence[Article], polled: Polled, now: datetime
    ) -> tuple[Sequence[Numbered], Sequence[Numbered]]:
        """Store articles, each as what it is to this feed; give the edited and the new ones."""
        if not articles:
            return (), ()
        feed_id = polled.state.id
        known = self.store.known(feed_id, [article.entry.guid for article in articles])
        shown = [
            (article_id, article)
            for article in articles
            if (was := known.get(article.entry.guid)) and (article_id := was.article_id)
        ]  # without those that were pruned
        edited = [one for one in shown if self._revise(*one, polled, now)]
        unknown = [article for article in articles if article.entry.guid not in known]
        there = self._elsewhere(unknown)
        elsewhere = [(there[one.entry.guid], one) for one in unknown if one.entry.guid in there]
        fresh = [article for article in unknown if article.entry.guid not in there]
        new = self.store.add_articles(feed_id, fresh, now)
        self.store.sight(feed_id, [*shown, *elsewhere, *new], now)
        for story in self.store.story_views(there.values()):
            self.stories.elect(story.story_id, now)  # the feed's priority may count now
        self.stories.add([signature_of(*one, polled.feed, now) for one in new], now)
        self.store.resolve_citations(article_id for article_id, _ in new)
        return edited, new

    def _elsewhere(self, articles: Sequence[Article]) -> Mapping[str, int]:
        """By guid, the articles stored at these addresses for other feeds, or under other guids."""
        guids = {a.canonical_url: a.entry.guid for a in articles if a.entry.own_link}
        stored = self.store.articles_by_url(guids) if guids else {}
        return {guids[url]: article_id for url, article_id in stored.items()}

    def _want_pages(self, articles: Sequence[Numbered], polled: Polled, now: datetime) -> None:
        """Have the linked pages read of those that the feed gives but a teaser of."""
        feed, feed_id, setting = polled.feed, polled.state.id, self._settings.clean.fulltext
        latest = cache(lambda: self.store.lengths(feed_id, LATEST))
        fuller = cache(lambda: self.store.pages_fuller(feed_id, now - PROBED, PROBES))
        hosts = {
            article_id: urls.host(article.entry.link)
            for article_id, article in articles
            if wants_page(setting, feed, article, latest, fuller)
        }
        self.store.want_pages(feed_id, hosts, now)

    def _revise(self, article_id: int, article: Article, polled: Polled, now: datetime) -> bool:
        """Store an edit; False if it is none: another feed's text, or only its markup changed.

        An article that shares a story stays in it: what was recognised once is not torn apart
        because its text went on. One that is alone is judged anew, it may have been a stub.
        """
        stored = self.store.version(article_id)
        same = (stored.title, stored.text) == (article.title, article.text)
        if stored.teaser_hash:  # the text is the page's, and the feed says what it said before
            same = stored.teaser_hash == teaser_hash(article.title, article.text)
        if stored.feed_id != polled.state.id or same:
            return False
        alike = stored.rules == article.cleaning.rules != 0
        if not alike and self._only_cleaned(stored, article_id, article):
            self.reclean({article_id: article}, now)
            return False
        self.store.revise_article(article_id, article, now)
        (signature,) = self.stories.renewed([article_id])
        self.stories.reconsider(signature, now)
        return True

    def retell(self, article_id: int, article: Article, *, page: bool, now: datetime) -> None:
        """Give a stored article what its page adds, which is no edit, and judge it anew.

        What it shares a story with it stays with, and what it is like besides joins them.
        """
        stored = self.store.version(article_id)
        teaser = teaser_hash(stored.title, stored.text) if page else ""
        self.store.retell_article(article_id, self.repeated.noted(article), now, teaser)
        (signature,) = self.stories.renewed([article_id])
        self.stories.reconsider(signature, now)
        self.stories.widen(signature, now)

    def _twin(self, polled: Polled) -> tuple[int, str] | None:
        """Another feed that ends at the same address, if this one is not configured with it."""
        if polled.result is None or polled.result.url == polled.feed.url or not polled.answer_key:
            return None
        return self.store.twin(polled.state.id, polled.answer_key)

    def _plan(self, polled: Polled, rhythm: Rhythm | None, now: datetime) -> schedule.Plan:
        settings = self._settings.schedule
        return schedule.next_poll(
            polled.feed.url, outcome_of(polled, rhythm), now, settings, polled.feed.interval
        )

    # --- what workers must be told ---------------------------------------------------------

    @property
    def encoder(self) -> str:
        """The name of the configured encoder."""
        return self._settings.dedup.encoder

    def known_centroids(self) -> Centroids:
        """The centroids of the configured encoder."""
        return self.store.centroids(self.encoder)

    # --- cleaning again --------------------------------------------------------------------

    def knowledge(self, sites: Collection[str]) -> tuple[Centroids, Learned]:
        """What the workers must be told: the centroids, and what these sites repeat."""
        return self.known_centroids(), self.repeated.on(sites)

    def _only_cleaned(self, stored: Version, article_id: int, article: Article) -> bool:
        """Whether a text differs from the stored one only for being cleaned by other rules."""
        was = (stored.title, stored.text, self.store.removals_of(article_id))
        return same_publication(was, (article.title, article.text, article.removals))

    def reclean(self, cleaned: Mapping[int, Article], now: datetime) -> None:
        """Store what cleaning makes of articles today, and judge anew those whose text changed."""
        for article_id, article in cleaned.items():
            self.store.reclean_article(article_id, self.repeated.noted(article))
        changed = [i for i, article in cleaned.items() if article.fingerprints]
        for signature in self.stories.renewed(changed):
            self.stories.reassess(signature, now)


def _is_news(known: Known | None, entry: Entry) -> bool:
    if known is None:
        return True
    return known.article_id is not None and known.content_hash != content_hash(entry)
