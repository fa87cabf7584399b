"""Clean stored articles again: after rules changed, or a site was learned to repeat something.

In steps of some batches, each of which is stored whole or not at all: the next step goes on where
an interrupted one ended. What a batch takes is marked in the store by the version of the rules that
cleaned it; what is up to date is not touched. An edit of the publisher's makes a revision; this
does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ingestor import boilerplate
from ingestor.boilerplate import Switched
from ingestor.clean import rulebook
from ingestor.ledger import Ledger
from ingestor.pipeline import Line, encoded
from ingestor.prepare import Again, Recipe, prepare_again
from ingestor.store.cleaned import Original
from ingestor.worker import WorkerFailed

BATCH = 25  # articles in one transaction: if all of them change, polls wait for half a second
STEP = 4 * BATCH  # articles in one step: the batches of a step are cleaned side by side
SITES = 20  # sites that are looked at in one step

_Batch = tuple[Sequence[int], Sequence[Original]]
"""Ids of articles, and what was published as them, as far as it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a step came to.

    Attributes:
        done: Articles that were cleaned again.
        changed: Those of them whose title or text came out otherwise.
        left: Articles that are still to be cleaned again, as far as is known.
        finished: Whether nothing is left to be done.
        switched: Blocks that are taken out from now on, or no longer.
    """

    done: int = 0
    changed: int = 0
    left: int = 0
    finished: bool = True
    switched: tuple[Switched, ...] = ()


async def step(line: Line) -> Progress:
    """Look at what some sites repeat, then clean some articles again.

    Raises:
        StoreError: the database cannot be written; nothing of this batch is stored.
        WorkerFailed: the worker processes have been stopped.
    """
    switched = await line.write(boilerplate.look, line.clock(), SITES)
    rules = rulebook.version(line.rules)
    batches, recipe = await line.write(_todo, rules, line)
    cleaning = [asyncio.ensure_future(_clean(line, batch, recipe)) for _, batch in batches]
    changed = 0
    try:  # the first batches are stored while the others are cleaned
        for (ids, _), cleaned in zip(batches, cleaning, strict=True):
            changed += await line.write(_store, await cleaned, ids, rules, line.clock())
    finally:
        for cleaned in cleaning:
            cleaned.cancel()
    left, pending = await line.write(_left, rules)
    return Progress(
        done=sum(len(ids) for ids, _ in batches),
        changed=changed,
        left=left,
        finished=not (left or pending),
        switched=switched,
    )


async def keep_up(line: Line, most: int) -> Progress:
    """Take steps until nothing is left to do, or so many articles were cleaned again."""
    total = Progress(finished=False)
    while not total.finished and total.done < most:
        one = await step(line)
        total = replace(
            one,
            done=total.done + one.done,
            changed=total.changed + one.changed,
            switched=total.switched + one.switched,
        )
    return total


def mark_all(ledger: Ledger) -> None:
    """Let every article be cleaned again, whichever rules cleaned it."""
    with ledger.store.transaction():
        ledger.store.mark_all_stale()


def _todo(ledger: Ledger, rules: int, line: Line) -> tuple[tuple[_Batch, ...], Recipe]:
    """The next articles, what was published as them, and what cleaning them takes."""
    ids = ledger.store.stale(rules, STEP)
    originals = ledger.store.originals_of(ids)
    centroids, learned = ledger.knowledge({original.site for original in originals})
    encoder = line.settings.dedup.encoder
    recipe = Recipe(encoder=encoder, centroids=centroids, rules=line.rules, learned=learned)
    parts = (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
    return tuple((part, [o for o in originals if o.article_id in part]) for part in parts), recipe


async def _clean(line: Line, originals: Sequence[Original], recipe: Recipe) -> tuple[Again, ...]:
    """Clean articles; one that no worker survives is left out, and so stays as it is."""
    if not originals:
        return ()
    try:
        again = await line.work(prepare_again, originals, recipe)
    except WorkerFailed as failure:
        if failure.kind == "closed":
            raise
        if len(originals) == 1:
            return ()
        middle = len(originals) // 2
        first = await _clean(line, originals[:middle], recipe)
        return first + await _clean(line, originals[middle:], recipe)
    texts = tuple(one.article for one in again if one.text_changed)
    marked, _ = await encoded(line, texts, recipe)
    articles = iter(marked)
    return tuple(replace(o, article=next(articles)) if o.text_changed else o for o in again)


def _store(
    ledger: Ledger, again: Sequence[Again], ids: Sequence[int], rules: int, now: datetime
) -> int:
    """Store what came out otherwise; give of how many the title or text did."""
    store = ledger.store
    with ledger.changing():
        versions = store.versions(ids)
        # What was edited meanwhile is cleaned already; what no worker survives stays as it is.
        current = [one for one in again if versions.get(one.article_id) == one.version]
        late = {one.article_id for one in again if not ledger.repeated.is_up_to_date(one.article)}
        edited = {one.article_id for one in again} - {one.article_id for one in current}
        store.mark_clean([number for number in ids if number not in late | edited], rules)
        other = {one.article_id: one.article for one in current if one.text_changed or one.changed}
        ledger.reclean(other, now)
    return sum(one.text_changed for one in current)


def _left(ledger: Ledger, rules: int) -> tuple[int, bool]:
    return ledger.store.count_stale(rules), bool(ledger.store.pending_sites(1))
