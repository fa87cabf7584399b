"""What sites repeat, in memory: what is known of it, and what came since it was looked at.

A cache of the store, so that polls need not ask it. That a block is remembered although its poll
was not stored does no harm: it is looked at, and not found.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from ingestor.clean import Learned
from ingestor.models import Article


class Repeated:
    """The keys of the blocks that are boilerplate, by site, and of those that came lately."""

    def __init__(self, known: Mapping[str, frozenset[int]]) -> None:
        """Know what the store knows.

        Args:
            known: By site, the keys of what is taken out.
        """
        self._known = dict(known)
        self._fresh: dict[str, set[int]] = {}

    def on(self, sites: Collection[str]) -> Learned:
        """What some sites are known to repeat, to be told to those who clean."""
        return {site: self._known[site] for site in sites if site in self._known}

    def is_up_to_date(self, article: Article) -> bool:
        """Whether an article was cleaned of all that its site is known to repeat by now."""
        return article.cleaning.learned == self._known.get(article.trace.site, frozenset())

    def noted(self, article: Article) -> Article:
        """Remember the blocks of an article that is to be stored.

        Returns:
            The article; to be cleaned again, if its site was learned to repeat more meanwhile.
        """
        fresh = self._fresh.get(article.trace.site)
        if fresh is not None:
            fresh.update(article.trace.blocks)
        if self.is_up_to_date(article):
            return article
        return replace(article, cleaning=article.cleaning._replace(rules=0))

    def fresh(self, site: str) -> frozenset[int] | None:
        """The blocks that came since a site was looked at; None if nobody remembers: all may be."""
        fresh = self._fresh.get(site)
        return None if fresh is None else frozenset(fresh)

    def looked_at(self, site: str, known: frozenset[int]) -> None:
        """Take in what is known of a site that was looked at."""
        self._fresh[site] = set()
        self.learned(site, known)

    def learned(self, site: str, known: frozenset[int]) -> None:
        """Take in what is taken out of the articles of a site from now on."""
        self._known[site] = known
        if not known:
            del self._known[site]
