"""Fingerprints of stored articles: which are there, which are outdated, new ones in their place.

Functions of the ledger, in the database's one thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ingestor.encoders.centroids import LEARN_FROM, Centroid
from ingestor.fingerprint import Meaning, vector_algorithm
from ingestor.ledger import Ledger
from ingestor.models import Article
from ingestor.prepare import Marks, Recipe, algorithm_of, is_outdated
from ingestor.store.values import ArticleText, Extent

Renewed = tuple[ArticleText, Marks]
"""What was read of an article, and the fingerprints made of it."""


def meanings(
    ledger: Ledger, articles: Sequence[Article], recipe: Recipe
) -> tuple[Meaning | None, ...]:
    """What is stored of the same texts under the same titles, as this recipe would make it."""
    asked = [(a.text_hash, a.title, a.language, algorithm_of(recipe, a.language)) for a in articles]
    found = ledger.store.meanings(asked)
    return tuple(found.get(number) for number in range(len(articles)))


def to_learn(ledger: Ledger) -> tuple[tuple[str, tuple[ArticleText, ...]], ...]:
    """Languages that have no centroid but enough articles, with the first of these."""
    known = {centroid.language for centroid in ledger.known_centroids().items}
    return tuple(
        (language, ledger.store.first_texts(language, LEARN_FROM))
        for language in ledger.store.languages_with(LEARN_FROM, known)
    )


def unlearned(ledger: Ledger, language: str, encoder: str) -> tuple[ArticleText, ...]:
    """The articles of a language that an encoder fingerprinted before it was learned."""
    return ledger.store.texts_made_by(language, vector_algorithm(encoder, Centroid()))


def adopt(ledger: Ledger, centroid: Centroid, renewed: Sequence[Renewed], now: datetime) -> None:
    """Store a learned centroid with the fingerprints that follow from it."""
    with ledger.store.transaction():
        ledger.store.add_centroid(ledger.encoder, centroid, now)
        done = _replace(ledger, renewed)
    ledger.stories.renew(done)


def extent(ledger: Ledger) -> Extent:
    """How many articles there are, and between which ids."""
    return ledger.store.extent()


def outdated(
    ledger: Ledger, first: int, last: int, recipe: Recipe
) -> tuple[int, tuple[ArticleText, ...]]:
    """How many articles have these ids, and those that lack a fingerprint of this recipe."""
    made = ledger.store.made(first, last)
    stale = [m.article_id for m in made if is_outdated(recipe, m.language, m.algorithms)]
    return len(made), ledger.store.texts(stale)


def renew(ledger: Ledger, renewed: Sequence[Renewed]) -> int:
    """Store new fingerprints, and compare by them from now on; give of how many articles.

    What was edited or forgotten since its text was read is left as it is.
    """
    with ledger.store.transaction():
        done = _replace(ledger, renewed)
    ledger.stories.renew(done)
    return len(done)


def _replace(ledger: Ledger, renewed: Sequence[Renewed]) -> list[int]:
    return [text.id for text, marks in renewed if ledger.store.replace_fingerprints(text, marks)]


def recent(ledger: Ledger, now: datetime) -> tuple[int, ...]:
    """The articles that news is compared with, in the order in which they came."""
    return ledger.store.recent(ledger.stories.since(now))


def reassess(ledger: Ledger, article_ids: Sequence[int], now: datetime) -> int:
    """Judge stored articles anew, whatever was found before; give how many changed their story.

    What only old evidence held together parts, and what new evidence shows to be one report
    comes together. Rulings stay.
    """
    with ledger.store.transaction():
        return sum(
            ledger.stories.reassess(each, now) for each in ledger.store.signatures(article_ids)
        )
