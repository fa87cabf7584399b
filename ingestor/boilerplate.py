"""What sites repeat: conclude it from what was stored, and let people overrule it.

The conclusion is a function of the articles that are stored, not of the order in which they came.
What it changes is marked to be cleaned again, and `reclean` does that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from ingestor.clean.evidence import NEEDED, different, is_boilerplate
from ingestor.clean.markup import Block
from ingestor.clean.recurring import key
from ingestor.errors import UsageError
from ingestor.ledger import Ledger
from ingestor.store.cleaned import Boilerplate, Seen, Switch
from ingestor.store.store import Store

LISTED = 3  # different articles from which on a block is worth a row


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched:
    """What came of a switch, or of a look.

    Attributes:
        sample: How the block reads.
        taken_out: Whether cleaning takes it out now.
        articles: How many articles are to be cleaned again for it.
    """

    site: str
    sample: str
    taken_out: bool
    articles: int


def look(ledger: Ledger, now: datetime, sites: int = 1) -> tuple[Switched, ...]:
    """Conclude what some sites repeat, of which articles came since it was looked at last.

    Each site is a transaction.

    Args:
        ledger: Where it is stored.
        now: The present.
        sites: How many sites to look at.

    Returns:
        What is taken out from now on, and what no longer.
    """
    store, found = ledger.store, []
    for site_id, site in store.pending_sites(sites):
        with store.transaction():
            found += _conclude(store, site_id, site, ledger.repeated.fresh(site))
            store.looked_at(site_id)
        ledger.repeated.looked_at(site, store.taken_out_of(site_id))
    return tuple(found)


def switch(ledger: Ledger, number: int, word: Switch, now: datetime) -> Switched:
    """Let a person say whether a block is boilerplate; ``auto`` leaves it to what is learned.

    Raises:
        UsageError: there is no such block.
    """
    with ledger.store.transaction():
        before = ledger.store.one_boilerplate(number)
        if before is None:
            raise UsageError(f"there is no boilerplate {number}: see `ingestor boilerplate`")
        ledger.store.switch_boilerplate(number, word, now)
        after = replace(before, switched=word)
        articles = 0
        if before.taken_out != after.taken_out:
            articles = ledger.store.clean_again(before.site_id, before.block)
    ledger.repeated.learned(after.site, ledger.store.taken_out_of(after.site_id))
    return _switched(after, articles)


def _switched(found: Boilerplate, articles: int) -> Switched:
    return Switched(
        site=found.site, sample=found.sample, taken_out=found.taken_out, articles=articles
    )


def _conclude(
    store: Store, site_id: int, site: str, fresh: frozenset[int] | None
) -> list[Switched]:
    """Look at the blocks of a site that were seen several times, or that we speak of.

    Where it is known which are fresh, at no others, but for those of which the share of articles
    counts: it moves with each article that comes.
    """
    known = dict(store.boilerplate_of(site_id))
    if fresh is not None:
        known = {block: row for block, row in known.items() if block < 0 or block in fresh}
        fresh |= known.keys()
    changes = []
    for block, seen in store.recurring_blocks(site_id, LISTED, fresh).items():
        before = known.pop(block, None)
        after = _judged(store, site_id, site, block, seen, before)
        if after is None:
            continue
        if after != before:
            store.put_boilerplate(after)
        if after.taken_out != (before is not None and before.taken_out):
            changes.append(_switched(after, store.clean_again(site_id, block)))
    return changes + _forget(store, known.values())


def _forget(store: Store, gone: Iterable[Boilerplate]) -> list[Switched]:
    """Speak no more of blocks whose articles are forgotten or were edited, unless we have to."""
    changes = []
    for before in gone:
        if before.settled or before.switched != "auto":
            continue
        store.drop_boilerplate(before.id)
        if before.taken_out:
            articles = store.clean_again(before.site_id, before.block)
            changes.append(_switched(replace(before, learned=False), articles))
    return changes


def _judged(
    store: Store, site_id: int, site: str, block: int, seen: Seen, before: Boilerplate | None
) -> Boilerplate | None:
    """Judge one block; None if it is not worth a row."""
    if before is not None and before.articles == seen.articles:
        apart = before.apart
    elif before is not None and before.apart >= NEEDED and before.articles < seen.articles:
        apart = before.apart  # more articles make it no less
    else:
        apart = different(store.witnesses(site_id, block), block, NEEDED)
    if apart < LISTED and before is None:
        return None
    of_all = store.articles_between(site_id, seen) if block < 0 and apart >= NEEDED else 0
    settled = before is not None and before.settled
    return Boilerplate(
        id=before.id if before else 0,
        site_id=site_id,
        site=site,
        block=block,
        sample=before.sample if before else _sample(store, site_id, site, block),
        articles=seen.articles,
        apart=apart,
        first_seen_at=seen.first,
        last_seen_at=seen.last,
        learned=settled or is_boilerplate(block, seen.articles, apart, of_all),
        settled=settled,
        switched=before.switched if before else "auto",
    )


def _sample(store: Store, site_id: int, site: str, block: int) -> str:
    """Find how a block reads, in the first of its articles; whether it is linked is not stored."""
    title, parts = store.passages(site_id, block)
    for part in parts:
        for link_share in (0.0, 1.0):
            if key(Block(text=part, link_share=link_share), title, site) == block:
                return part
    return ""
