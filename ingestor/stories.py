"""Which articles are one report: judge them, part them into stories, elect who stands for each.

`Stories` lives in the database's one thread. In memory it holds the window of recent articles that
candidates are looked up in, which is only a cache of the store: when a transaction fails it returns
to what it was before, so that it never knows an article which was not stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from ingestor.dedup.judge import judge
from ingestor.dedup.sift import hopeful
from ingestor.dedup.signature import Signature
from ingestor.dedup.story import choose_story, elect, partition, renumber
from ingestor.dedup.window import Window
from ingestor.models import Match
from ingestor.store.comparison import MAX_CITATION_CANDIDATES
from ingestor.store.store import Store

MAX_WEB = 256  # connected articles that are parted into stories anew; of more, one joins at a time


class Stories:
    """The stories of a store, and the recent articles that another one may be like."""

    def __init__(self, store: Store, window: timedelta, now: datetime) -> None:
        """Read the recent articles.

        Args:
            store: Where the stories are.
            window: How far back an article is compared.
            now: The end of the window.
        """
        self._store = store
        self._reach = window
        self.read_window(now)

    def read_window(self, now: datetime) -> None:
        """Read the recent articles from the store."""
        window = Window()
        window.load(self._store.window_slots(self.since(now)))
        self._window = window

    def forget(self, article_ids: Sequence[int]) -> None:
        """Compare nothing with articles that are no longer stored."""
        if article_ids:
            self._window.remove(article_ids)

    def since(self, now: datetime) -> datetime:
        """The beginning of the window."""
        return now - self._reach

    @contextmanager
    def in_step(self) -> Iterator[None]:
        """Forget what was added inside if it fails: nothing of it is stored then."""
        before = self._window.mark()
        try:
            yield
        except BaseException:
            self._window.rollback(before)
            raise

    # --- one article -----------------------------------------------------------------------

    def add(self, signatures: Iterable[Signature], now: datetime) -> None:
        """Find the stories of new articles among the recent ones, of which each is one then.

        One is compared with those before it, as if those after it were not stored yet.
        """
        for signature in signatures:
            self._group(signature, now, before=signature.article_id)
            self._window.add(signature)

    def reconsider(self, signature: Signature, now: datetime) -> None:
        """Judge a stored article anew if it is alone in its story; else it stays in it."""
        (story,) = self._store.story_views([signature.article_id])
        if story.article_ids == {signature.article_id}:
            self._store.drop_matches(signature.article_id)
            self._group(signature, now)

    def widen(self, probe: Signature, now: datetime) -> None:
        """Judge a stored article anew, and add what it is like besides what it was like before."""
        known = self._store.matched(probe.article_id)
        more = [match for match in self.judged(probe, now) if match.article_id not in known]
        for match in more:
            self._store.add_match(probe.article_id, match, now)
        if more:
            self.regroup([probe.article_id], now)

    def reassess(self, probe: Signature, now: datetime) -> bool:
        """Judge a stored article anew, whatever was found before; say whether its story changed."""
        article_id = probe.article_id
        (before,) = self._store.story_views([article_id])
        known = self._store.matched(article_id)
        matches = self.judged(probe, now, known)
        self._store.drop_matches(article_id)
        for match in matches:  # the later article is the one that was judged
            later, earlier = max(article_id, match.article_id), min(article_id, match.article_id)
            self._store.add_match(later, replace(match, article_id=earlier), now)
        if not self.regroup([article_id, *known], now) and before.article_ids == {article_id}:
            self._join_best(article_id, matches, now)
        (after,) = self._store.story_views([article_id])
        return after != before

    def renewed(self, article_ids: Sequence[int]) -> tuple[Signature, ...]:
        """Compare stored articles by the texts that they have now; give those."""
        self._store.resolve_citations(article_ids)
        signatures = self._store.signatures(article_ids)
        self._window.remove(article_ids)
        self._window.add(*signatures)
        return signatures

    def renew(self, article_ids: Sequence[int]) -> None:
        """Compare stored articles by the fingerprints that they have now."""
        self._window.renew(self._store.signatures(article_ids))

    def judged(
        self,
        probe: Signature,
        now: datetime,
        known: Iterable[int] = (),
        *,
        before: int | None = None,
    ) -> tuple[Match, ...]:
        """Judge an article against its candidates, and against others that are known.

        Args:
            probe: The article.
            now: The end of the window.
            known: Ids of others.
            before: Candidates have lower ids than this; None is all.
        """
        near = self._window.search(probe)
        cited = self._store.citation_candidates(
            probe.canonical_url, probe.cited_urls, self.since(now), before
        )
        # Others may cite the same, where so many do that not all are told.
        told = len(cited) < MAX_CITATION_CANDIDATES
        hopes = hopeful(probe, near, self._store.fingerprints) if told else near.ids
        candidates = dict.fromkeys((*hopes, *cited, *known))
        candidates.pop(probe.article_id, None)
        found = judge(probe, self._store.signatures(candidates))
        if not found:
            return found  # the usual case
        # What shares a story with one that agrees: its silence would count against it.
        views = self._store.story_views([match.article_id for match in found])
        others = set().union(*(view.article_ids for view in views))
        others -= {probe.article_id, *near.ids, *candidates}
        if not others or len(others) > MAX_WEB:
            return found
        return found + judge(probe, self._store.signatures(sorted(others)))

    # --- what belongs together -------------------------------------------------------------

    def _group(self, signature: Signature, now: datetime, before: int | None = None) -> None:
        """Judge an article that is alone in its story, and move it to where it belongs."""
        article_id = signature.article_id
        matches = self.judged(signature, now, before=before)
        for match in matches:
            self._store.add_match(article_id, match, now)
        if matches and not self.regroup([article_id], now):
            self._join_best(article_id, matches, now)

    def _join_best(self, article_id: int, matches: Sequence[Match], now: datetime) -> None:
        """Move an article into the story that it agrees with best, without chaining."""
        views = self._store.story_views([m.article_id for m in matches])
        apart = self._store.split_pairs({article_id}.union(*(view.article_ids for view in views)))
        choice = choose_story(matches, views, article_id=article_id, never=apart)
        if choice.story_id is not None:
            self._store.join_story(article_id, choice.story_id, now)
            self.unite(choice.story_id, choice.absorbed, now)

    def regroup(self, article_ids: Iterable[int], now: datetime) -> bool:
        """Part all that some articles are connected to into stories anew.

        So the stories follow from what agrees and what was ruled, in whatever order it came.

        Returns:
            False if it is too much: nothing is changed.
        """
        web = self._store.web(article_ids, MAX_WEB)
        if web is None:
            return False
        changed: set[int] = set()
        for kept, group in renumber(partition(web), web.story_of):
            story_id = self._store.new_story(min(group), now) if kept is None else kept
            moved = sorted(i for i in group if web.story_of[i] != story_id)
            for article_id in moved:
                self._store.join_story(article_id, story_id, now)
                changed |= {web.story_of[article_id], story_id}
        for story_id in sorted(changed):
            self.elect(story_id, now)
        return True

    def unite(self, story_id: int, absorbed: Sequence[int], now: datetime) -> None:
        """Move other stories into this one, and elect its canonical article anew."""
        for other in absorbed:
            for member in self._store.members(other):
                self._store.join_story(member.article_id, story_id, now)
        self.elect(story_id, now)

    def elect(self, story_id: int, now: datetime) -> None:
        """Name the canonical article of a story, if it has any."""
        if members := self._store.members(story_id):
            self._store.set_canonical(story_id, elect(members), now)
