"""The ledger: judge and record what a poll brought, in the database's one thread.

`Ledger` holds what lives in that thread: the store, and in memory the window of recent articles
that candidates are looked up in. The window is only a cache of the store: when a transaction fails
it returns to what it was before, so that it never knows an article which was not stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Self

from ingestor import schedule, urls
from ingestor.clean import Learned
from ingestor.config import Settings
from ingestor.dedup.judge import judge
from ingestor.dedup.signature import Signature
from ingestor.dedup.story import choose_story, elect, partition, renumber
from ingestor.dedup.window import Window
from ingestor.encoders.centroids import LEARN_FROM, Centroid, Centroids
from ingestor.fingerprint import Meaning, vector_algorithm
from ingestor.fulltext import LATEST, wants_page
from ingestor.models import Article, Entry, Match
from ingestor.polled import (
    Change,
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
    Marks,
    Recipe,
    algorithm_of,
    content_hash,
    same_publication,
    teaser_hash,
    wanted,
)
from ingestor.repeated import Repeated
from ingestor.rhythm import Rhythm
from ingestor.store.state import has_new_feeds
from ingestor.store.store import Store
from ingestor.store.values import (
    ArticleText,
    Extent,
    FeedChanges,
    FeedState,
    Known,
    PollRecord,
    Version,
)

Renewed = tuple[ArticleText, Marks]
"""What was read of an article, and the fingerprints made of it."""

MAX_WEB = 256  # connected articles that are parted into stories anew; of more, one joins at a time


class Ledger:
    """The store, the window of recent articles, and what judging needs to know of the feeds.

    Attributes:
        repeated: What sites are known to repeat.
    """

    def __init__(self, store: Store, settings: Settings, now: datetime) -> None:
        self.store = store
        self._settings = settings
        self._window = Window()
        self.repeated = Repeated(store.taken_out())
        self.read_window(now)

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

    def read_window(self, now: datetime) -> None:
        """Read the recent articles from the store."""
        window = Window()
        window.load(self.store.window_slots(now - self._settings.dedup.window))
        self._window = window

    # --- feeds -----------------------------------------------------------------------------

    def sync(self, settings: Settings, now: datetime) -> FeedChanges:
        """Take over a configuration: its feeds are active, all others rest with their articles."""
        interval = settings.schedule.interval
        first = {feed.url: schedule.spread(feed.url, now, interval) for feed in settings.feeds}
        self._settings = settings
        general = settings.clean.fulltext
        reading = [feed.url for feed in settings.feeds if (feed.fulltext or general) != "never"]
        with self.store.transaction():
            changes = self.store.sync_feeds(settings.feeds, first, now)
            self.store.drop_pages(reading)
            return changes

    def due(self, now: datetime, limit: int, exclude: frozenset[int]) -> tuple[FeedState, ...]:
        """The feeds to poll now, the longest overdue first."""
        return self.store.due_feeds(now, limit, exclude)

    def states(self) -> Mapping[str, FeedState]:
        """What is known of every feed, by URL."""
        return {state.url: state for state in self.store.feed_states()}

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
        before = self._window.mark()
        try:
            with self.store.transaction():
                yield
        except BaseException:
            self._window.rollback(before)
            raise

    def _enter(self, polled: Polled, now: datetime) -> tuple[tuple[int, PollRecord], Report]:
        """Store the articles of a poll; give what is to be written of the poll itself."""
        if (twin := self._twin(polled)) is not None:
            polled = replace(polled, twin=twin)
        changes = self._take_all(polled, now)
        rhythm = heard(polled, changes, now)
        plan = final_plan(polled, self._plan(polled, rhythm, now), now)
        record = poll_record(polled, changes, plan, rhythm, now)
        return (polled.state.id, record), report(polled, changes, plan)

    def _take_all(self, polled: Polled, now: datetime) -> Counter[Change]:
        """Store the articles of a document, and note what it shows."""
        if polled.parsed is None:
            return Counter()
        articles = tuple(map(self.repeated.noted, polled.articles))
        guids = [article.entry.guid for article in articles]
        known = self.store.known(polled.state.id, guids) if guids else {}
        taken = [
            (article, self._take(article, known.get(article.entry.guid), polled, now))
            for article in articles
        ]
        self._want_pages([article for article, change in taken if change != "seen"], polled, now)
        seen = [entry.guid for entry in polled.parsed.entries]
        self.store.touch(polled.state.id, seen, now)
        return Counter(change for _, change in taken)

    def _take(self, article: Article, known: Known | None, polled: Polled, now: datetime) -> Change:
        """Store one article, as what it is to this feed."""
        if known is not None and known.article_id is None:
            return "seen"  # pruned
        article_id = known.article_id if known is not None else self._elsewhere(article)
        if article_id is None:
            self._add(article, polled, now)
            return "new"
        edited = known is not None and self._revise(article_id, article, polled, now)
        self.store.sight(polled.state.id, article, article_id, now)
        if known is None:  # the feed's priority may count now
            for story in self.store.story_views([article_id]):
                self._elect(story.story_id)
        return "updated" if edited else "seen"

    def _elsewhere(self, article: Article) -> int | None:
        """The stored article at this address, seen in another feed or under another guid."""
        if not (article.entry.own_link and article.canonical_url):
            return None
        return self.store.article_by_url(article.canonical_url)

    def _want_pages(self, articles: Sequence[Article], polled: Polled, now: datetime) -> None:
        """Have the linked pages read of those that the feed gives but a teaser of."""
        feed, feed_id, setting = polled.feed, polled.state.id, self._settings.clean.fulltext
        latest = cache(lambda: self.store.lengths(feed_id, LATEST))
        teasers = [article for article in articles if wants_page(setting, feed, article, latest)]
        known = self.store.known(feed_id, [a.entry.guid for a in teasers]) if teasers else {}
        for article in teasers:
            article_id = known[article.entry.guid].article_id
            if article_id is not None:
                self.store.want_page(article_id, feed_id, urls.host(article.entry.link), now)

    def _add(self, article: Article, polled: Polled, now: datetime) -> None:
        """Store a new article, and find its story among the recent ones."""
        article_id = self.store.add_article(polled.state.id, article, None, now)
        self.store.sight(polled.state.id, article, article_id, now)  # its priority counts at once
        signature = signature_of(article_id, article, polled.feed, now)
        self._group(signature, now)
        self._window.add(signature)
        self.store.resolve_citations(article_id)

    def _group(self, signature: Signature, now: datetime) -> None:
        """Judge an article that is alone in its story, and move it to where it belongs."""
        article_id = signature.article_id
        matches = self._judge(signature, now)
        for match in matches:
            self.store.add_match(article_id, match, now)
        if matches and not self.regroup([article_id], now):
            self._join_best(article_id, matches, now)

    def _join_best(self, article_id: int, matches: Sequence[Match], now: datetime) -> None:
        """Move an article into the story that it agrees with best, without chaining."""
        views = self.store.story_views([m.article_id for m in matches])
        apart = self.store.split_pairs({article_id}.union(*(view.article_ids for view in views)))
        choice = choose_story(matches, views, article_id=article_id, never=apart)
        if choice.story_id is not None:
            self.store.join_story(article_id, choice.story_id, now)
            self.unite(choice.story_id, choice.absorbed, now)

    def regroup(self, article_ids: Iterable[int], now: datetime) -> bool:
        """Part all that some articles are connected to into stories anew.

        So the stories follow from what agrees and what was ruled, in whatever order it came.

        Returns:
            False if it is too much: nothing is changed.
        """
        web = self.store.web(article_ids, MAX_WEB)
        if web is None:
            return False
        changed: set[int] = set()
        for kept, group in renumber(partition(web), web.story_of):
            story_id = self.store.new_story(min(group), now) if kept is None else kept
            moved = sorted(i for i in group if web.story_of[i] != story_id)
            for article_id in moved:
                self.store.join_story(article_id, story_id, now)
                changed |= {web.story_of[article_id], story_id}
        for story_id in sorted(changed):
            self._elect(story_id)
        return True

    def reconsider(self, signature: Signature, now: datetime) -> None:
        """Judge a stored article anew if it is alone in its story; else it stays in it."""
        (story,) = self.store.story_views([signature.article_id])
        if story.article_ids == {signature.article_id}:
            self.store.drop_matches(signature.article_id)
            self._group(signature, now)

    def _judge(
        self, probe: Signature, now: datetime, known: Iterable[int] = ()
    ) -> tuple[Match, ...]:
        """Judge an article against its candidates, and against others that are known."""
        near = self._window.candidates(probe)
        since = now - self._settings.dedup.window
        cited = self.store.citation_candidates(probe.canonical_url, probe.cited_urls, since)
        candidates = dict.fromkeys((*near, *cited, *known))
        candidates.pop(probe.article_id, None)
        found = judge(probe, self.store.signatures(tuple(candidates)))
        # What shares a story with one that agrees: its silence would count against it.
        views = self.store.story_views([match.article_id for match in found])
        others = set().union(*(view.article_ids for view in views))
        others -= {probe.article_id, *candidates}
        if not others or len(others) > MAX_WEB:
            return found
        return found + judge(probe, self.store.signatures(sorted(others)))

    def unite(self, story_id: int, absorbed: Sequence[int], now: datetime) -> None:
        """Move other stories into this one, and elect its canonical article anew."""
        for other in absorbed:
            for member in self.store.members(other):
                self.store.join_story(member.article_id, story_id, now)
        self._elect(story_id)

    def _elect(self, story_id: int) -> None:
        if members := self.store.members(story_id):
            self.store.set_canonical(story_id, elect(members))

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
            self.reclean(article_id, article, now)
            return False
        self.store.revise_article(article_id, article, now)
        self.reconsider(self._renewed(article_id), now)
        return True

    def retell(self, article_id: int, article: Article, *, page: bool, now: datetime) -> None:
        """Give a stored article what its page adds, which is no edit, and judge it anew.

        What it shares a story with it stays with, and what it is like besides joins them.
        """
        stored = self.store.version(article_id)
        teaser = teaser_hash(stored.title, stored.text) if page else ""
        self.store.retell_article(article_id, self.repeated.noted(article), teaser)
        signature = self._renewed(article_id)
        self.reconsider(signature, now)
        known = self.store.matched(article_id)
        more = [match for match in self._judge(signature, now) if match.article_id not in known]
        for match in more:
            self.store.add_match(article_id, match, now)
        if more:
            self.regroup([article_id], now)

    def _renewed(self, article_id: int) -> Signature:
        """Compare a stored article by the text that it has now; give that."""
        self.store.resolve_citations(article_id)
        self._window.remove([article_id])
        (signature,) = self.store.signatures([article_id])
        self._window.add(signature)
        return signature

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

    # --- meanings --------------------------------------------------------------------------

    def meanings(self, articles: Sequence[Article], recipe: Recipe) -> tuple[Meaning | None, ...]:
        """What is stored of the same texts under the same titles, as this recipe would make it."""
        asked = [
            (a.text_hash, a.title, a.language, algorithm_of(recipe, a.language)) for a in articles
        ]
        found = self.store.meanings(asked)
        return tuple(found.get(number) for number in range(len(articles)))

    # --- languages -------------------------------------------------------------------------

    def known_centroids(self) -> Centroids:
        """The centroids of the configured encoder."""
        return self.store.centroids(self._settings.dedup.encoder)

    def to_learn(self) -> tuple[tuple[str, tuple[ArticleText, ...]], ...]:
        """Languages that have no centroid but enough articles, with the first of these."""
        known = {centroid.language for centroid in self.known_centroids().items}
        ready = self.store.languages_with(LEARN_FROM)
        return tuple(
            (language, self.store.first_texts(language, LEARN_FROM))
            for language in ready
            if language and language not in known
        )

    def unlearned(self, language: str, encoder: str) -> tuple[ArticleText, ...]:
        """The articles of a language that an encoder fingerprinted before it was learned."""
        return self.store.texts_made_by(language, vector_algorithm(encoder, Centroid()))

    def adopt(self, centroid: Centroid, renewed: Sequence[Renewed], now: datetime) -> None:
        """Store a learned centroid with the fingerprints that follow from it."""
        with self.store.transaction():
            self.store.add_centroid(self._settings.dedup.encoder, centroid, now)
            done = self._replace(renewed)
        self._window.renew(self.store.signatures(done))

    # --- cleaning again --------------------------------------------------------------------

    def knowledge(self, sites: Collection[str]) -> tuple[Centroids, Learned]:
        """What the workers must be told: the centroids, and what these sites repeat."""
        return self.known_centroids(), self.repeated.on(sites)

    def _only_cleaned(self, stored: Version, article_id: int, article: Article) -> bool:
        """Whether a text differs from the stored one only for being cleaned by other rules."""
        was = (stored.title, stored.text, self.store.removals_of(article_id))
        return same_publication(was, (article.title, article.text, article.removals))

    def reclean(self, article_id: int, article: Article, now: datetime) -> None:
        """Store what cleaning makes of an article today, and judge anew if its text changed."""
        self.store.reclean_article(article_id, self.repeated.noted(article))
        if article.fingerprints:
            self._reassess(self._renewed(article_id), now)

    # --- stored articles anew --------------------------------------------------------------

    def extent(self) -> Extent:
        """How many articles there are, and between which ids."""
        return self.store.extent()

    def outdated(
        self, first: int, last: int, recipe: Recipe
    ) -> tuple[int, tuple[ArticleText, ...]]:
        """How many articles have these ids, and those that lack a fingerprint of this recipe."""
        made = self.store.made(first, last)
        stale = [m.article_id for m in made if not wanted(recipe, m.language) <= m.algorithms]
        return len(made), self.store.texts(stale)

    def renew(self, renewed: Sequence[Renewed]) -> int:
        """Store new fingerprints, and compare by them from now on; give of how many articles.

        What was edited or forgotten since its text was read is left as it is.
        """
        with self.store.transaction():
            done = self._replace(renewed)
        self._window.renew(self.store.signatures(done))
        return len(done)

    def _replace(self, renewed: Sequence[Renewed]) -> list[int]:
        return [text.id for text, marks in renewed if self.store.replace_fingerprints(text, marks)]

    def recent(self, now: datetime) -> tuple[int, ...]:
        """The articles that news is compared with, in the order in which they came."""
        return self.store.recent(now - self._settings.dedup.window)

    def reassess(self, article_ids: Sequence[int], now: datetime) -> int:
        """Judge stored articles anew, whatever was found before; give how many changed their story.

        What only old evidence held together parts, and what new evidence shows to be one report
        comes together. Rulings stay.
        """
        with self.store.transaction():
            return sum(self._reassess(each, now) for each in self.store.signatures(article_ids))

    def _reassess(self, probe: Signature, now: datetime) -> bool:
        article_id = probe.article_id
        (before,) = self.store.story_views([article_id])
        known = self.store.partners(article_id)
        matches = self._judge(probe, now, known)
        self.store.drop_matches(article_id)
        for match in matches:  # the later article is the one that was judged
            later, earlier = max(article_id, match.article_id), min(article_id, match.article_id)
            self.store.add_match(later, replace(match, article_id=earlier), now)
        if not self.regroup([article_id, *known], now) and before.article_ids == {article_id}:
            self._join_best(article_id, matches, now)
        (after,) = self.store.story_views([article_id])
        return after != before


def _is_news(known: Known | None, entry: Entry) -> bool:
    if known is None:
        return True
    return known.article_id is not None and known.content_hash != content_hash(entry)
