"""Fingerprint stored articles again, after a change of algorithm, encoder or centroid.

What is left to do is found by the ids that fingerprints carry, so a run that was killed goes on
where it stopped. The latest articles come first: news is compared with these.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from ingestor import marks
from ingestor.encoders import learns_languages
from ingestor.errors import EncoderError
from ingestor.ledger import Ledger
from ingestor.marks import Renewed
from ingestor.pipeline import Line, ask_encoder, portions
from ingestor.prepare import Recipe, learn_language, mark_again, name_of
from ingestor.store.values import ArticleText

SPAN = 2000  # ids looked at in one go: some hundredths of a second in the database's thread
JUDGED = 20  # articles judged in one transaction: a fifth of a second

Stage = Literal["fingerprints", "stories"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is.

    Attributes:
        done, total: Articles looked at, and all that there are to look at in this stage.
        changed: Of these, how many got other fingerprints, or another story.
        failed: Of these, how many keep what they have, because the encoder failed on them.
        reason: Why, of the first of them.
    """

    stage: Stage
    total: int
    done: int = 0
    changed: int = 0
    failed: int = 0
    reason: str = ""


async def refingerprint(line: Line, *, beside: int = 1) -> AsyncIterator[Progress]:
    """Make the missing and outdated fingerprints of all articles anew.

    Each step is stored before it is told of.

    Args:
        line: What it runs on.
        beside: How many worker processes may be busy with it at once.

    Raises:
        EncoderError: the encoder cannot be loaded, or fails on article after article.
        StoreError: the database cannot be written; what was told of is stored.
    """
    encoder = await ask_encoder(line, name_of, line.settings.dedup.encoder)
    recipe = Recipe(encoder=encoder, centroids=await line.write(Ledger.known_centroids))
    extent = await line.write(marks.extent)
    progress = Progress(stage="fingerprints", total=extent.articles)
    for last in range(extent.last, extent.first - 1, -SPAN):
        first = max(extent.first, last - SPAN + 1)
        seen, stale = await line.write(marks.outdated, first, last, recipe)
        parts = portions(stale)
        progress = replace(progress, done=progress.done + seen - len(stale))
        if seen and not parts:
            yield progress  # looking takes its time, too
        for start in range(0, len(parts), beside):
            progress = await _step(line, parts[start : start + beside], recipe, progress)
            yield progress
    yield replace(progress, done=progress.total)  # articles may have come and gone meanwhile


async def _step(
    line: Line, parts: Sequence[Sequence[ArticleText]], recipe: Recipe, progress: Progress
) -> Progress:
    """Fingerprint some portions beside each other, and store what came of it."""
    made = await asyncio.gather(*(_renewed(line, part, recipe) for part in parts))
    renewed = tuple(chain.from_iterable(pairs for pairs, _ in made))
    failures = tuple(chain.from_iterable(failures for _, failures in made))
    texts = sum(map(len, parts))
    if len(failures) == texts > 1:
        raise EncoderError(failures[0])
    changed = await line.write(marks.renew, renewed)
    return replace(
        progress,
        done=progress.done + texts,
        changed=progress.changed + changed,
        failed=progress.failed + len(failures),
        reason=progress.reason or "".join(failures[:1]),
    )


async def _renewed(
    line: Line, texts: Sequence[ArticleText], recipe: Recipe
) -> tuple[tuple[Renewed, ...], tuple[str, ...]]:
    """Fingerprint a portion; if the encoder fails on it, by halves, until it is one article's."""
    try:
        made = await ask_encoder(line, mark_again, texts, recipe)
    except EncoderError as error:
        if len(texts) == 1:
            return (), (f"article {texts[0].id}: {error}",)
    else:
        return tuple(zip(texts, made, strict=True)), ()
    middle = len(texts) // 2
    halves = [await _renewed(line, half, recipe) for half in (texts[:middle], texts[middle:])]
    return (*halves[0][0], *halves[1][0]), (*halves[0][1], *halves[1][1])


async def reassess(line: Line) -> AsyncIterator[Progress]:
    """Judge the articles of the window anew by what their fingerprints show now.

    Raises:
        StoreError: the database cannot be written; what was told of is stored.
    """
    ids = await line.write(marks.recent, line.clock())
    progress = Progress(stage="stories", total=len(ids))
    for start in range(0, len(ids), JUDGED):
        some = ids[start : start + JUDGED]
        moved = await line.write(marks.reassess, some, line.clock())
        progress = replace(
            progress, done=progress.done + len(some), changed=progress.changed + moved
        )
        yield progress


async def learn(line: Line) -> tuple[str, ...]:
    """Learn the centroids of languages that have enough articles by now; name these languages.

    What this encoder fingerprinted before it knew the language is fingerprinted again, and lands
    with the centroid or not at all.

    Raises:
        EncoderError: the encoder failed; what is not learned now can be learned later.
    """
    encoder = line.settings.dedup.encoder
    if not learns_languages(encoder):
        return ()
    learned = []
    for language, texts in await line.write(marks.to_learn):
        centroid = await ask_encoder(line, learn_language, texts, language, encoder)
        if centroid is None:
            continue
        known = await line.write(Ledger.known_centroids)
        recipe = Recipe(encoder=encoder, centroids=replace(known, items=(*known.items, centroid)))
        stale = await line.write(marks.unlearned, language, encoder)
        parts = portions(stale)
        made = await asyncio.gather(
            *(ask_encoder(line, mark_again, part, recipe) for part in parts)
        )
        renewed = tuple(zip(stale, chain.from_iterable(made), strict=True))
        await line.write(marks.adopt, centroid, renewed, line.clock())
        learned.append(language)
    return tuple(learned)
