"""What sites repeat: which block stood in which article, and what was concluded from it."""

from __future__ import annotations

import sqlite3
import struct
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from ingestor.clean.evidence import Witness
from ingestor.clean.recurring import RULE
from ingestor.store.cleaned import Boilerplate, BoilerplateRow, Seen, Switch
from ingestor.store.operation import reading
from ingestor.store.rows import array, moment, values
from ingestor.store.values import Numbered

MAX_WITNESSES = 200  # articles of which the titles are compared: the oldest ones
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def day_of(moment: datetime) -> int:
    """Number a day: days since 1970-01-01."""
    return (moment - _EPOCH) // timedelta(days=1)


def from_day(day: int) -> datetime:
    """The first moment of a day."""
    return _EPOCH + timedelta(days=day)


# --- what a poll writes --------------------------------------------------------------------


def add_traces(db: sqlite3.Connection, articles: Sequence[Numbered], days: Sequence[int]) -> None:
    """Note how articles were cleaned, and which of their blocks may be boilerplate.

    Args:
        db: The connection.
        articles: As they were cleaned.
        days: Of their dates, as `day_of` numbers them.
    """
    sites = _site_ids(db, (article.trace.site for _, article in articles))
    traced = [
        (article_id, article, sites.get(article.trace.site), day)
        for (article_id, article), day in zip(articles, days, strict=True)
    ]
    db.executemany(
        "INSERT INTO cleanings (article_id, rules, site_id, day, blocks, longest)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            (i, a.cleaning.rules, site, day, _pack(a.trace.blocks), a.trace.longest)
            for i, a, site, day in traced
        ],
    )
    seen = [(site, block, i, day) for i, a, site, day in traced for block in a.trace.blocks]
    db.executemany(
        "INSERT OR IGNORE INTO block_sightings (site_id, block, article_id, day)"
        " VALUES (?, ?, ?, ?)",
        seen,
    )
    db.executemany(
        "UPDATE sites SET pending = 1 WHERE id = ? AND pending = 0", {(site,) for site, *_ in seen}
    )


def drop_trace(db: sqlite3.Connection, article_ids: Collection[int]) -> frozenset[tuple[int, int]]:
    """Forget how articles were cleaned and which blocks stood in them; give these, with site."""
    doomed = [
        (site_id, block, article_id)
        for site_id, article_id, blocks in db.execute(
            "SELECT site_id, article_id, blocks FROM cleanings"
            " WHERE site_id IS NOT NULL AND article_id IN (SELECT value FROM json_each(?))",
            (array(article_ids),),
        )
        for block in unpack(blocks)
    ]
    db.executemany(
        "DELETE FROM block_sightings WHERE site_id = ? AND block = ? AND article_id = ?", doomed
    )
    db.execute(
        "DELETE FROM cleanings WHERE article_id IN (SELECT value FROM json_each(?))",
        (array(article_ids),),
    )
    return frozenset((site_id, block) for site_id, block, _ in doomed)


def forget_trace(db: sqlite3.Connection, article_ids: Collection[int]) -> None:
    """The same for articles that are deleted: what was learned from them is settled."""
    lost = drop_trace(db, article_ids)
    learned = db.execute("SELECT site_id, block, id FROM boilerplate WHERE learned = 1")
    db.executemany(
        "UPDATE boilerplate SET settled = 1 WHERE id = ?",
        [(number,) for site_id, block, number in learned.fetchall() if (site_id, block) in lost],
    )


def _site_ids(db: sqlite3.Connection, names: Iterable[str]) -> Mapping[str, int]:
    """The ids of sites, which get one if they have none; of an empty name there is none."""
    named = [name for name in dict.fromkeys(names) if name]
    db.executemany(
        "INSERT INTO sites (name) VALUES (?) ON CONFLICT DO NOTHING", [(name,) for name in named]
    )
    rows = db.execute(
        "SELECT name, id FROM sites WHERE name IN (SELECT value FROM json_each(?))", (array(named),)
    )
    return dict(rows.fetchall())


def _pack(blocks: Sequence[int]) -> bytes:
    return struct.pack(f">{len(blocks)}i", *blocks)


def unpack(packed: bytes) -> tuple[int, ...]:
    """Read the keys of blocks that `cleanings.blocks` holds."""
    return struct.unpack(f">{len(packed) // 4}i", packed)


# --- what is concluded ---------------------------------------------------------------------


def taken_out(db: sqlite3.Connection) -> Mapping[str, frozenset[int]]:
    """The keys of what is boilerplate, by site."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for site, block in db.execute(
        "SELECT site, block FROM boilerplate WHERE state IN ('learned', 'on')"
    ):
        found[site].add(block)
    return {site: frozenset(blocks) for site, blocks in found.items()}


def taken_out_of(db: sqlite3.Connection, site_id: int) -> frozenset[int]:
    """The keys of what is boilerplate of one site."""
    rows = db.execute(
        "SELECT block FROM boilerplate WHERE site_id = ? AND state IN ('learned', 'on')", (site_id,)
    )
    return frozenset(block for (block,) in rows)


def pending_sites(db: sqlite3.Connection, limit: int) -> tuple[tuple[int, str], ...]:
    """Sites whose blocks have not been looked at since articles came."""
    rows = db.execute("SELECT id, name FROM sites WHERE pending = 1 ORDER BY id LIMIT ?", (limit,))
    return tuple(rows.fetchall())


def looked_at(db: sqlite3.Connection, site_id: int) -> None:
    """Note that the blocks of a site were looked at."""
    db.execute("UPDATE sites SET pending = 0 WHERE id = ?", (site_id,))


def recurring_blocks(
    db: sqlite3.Connection, site_id: int, at_least: int, among: Collection[int] | None = None
) -> Mapping[int, Seen]:
    """The blocks that stood in several articles of a site, by key.

    Args:
        db: The connection.
        site_id: The site.
        at_least: In so many articles.
        among: Only of these; None is all.
    """
    rows = db.execute(
        _RECURRING if among is None else _RECURRING_AMONG,
        {"site": site_id, "among": array(among or ()), "least": at_least},
    )
    return {
        block: Seen(articles=articles, first=from_day(first), last=from_day(last))
        for block, articles, first, last in rows
    }


_RECURRING = """
    SELECT block, count(*), min(day), max(day) FROM block_sightings WHERE site_id = :site
    GROUP BY block HAVING count(*) >= :least
"""
_RECURRING_AMONG = """
    SELECT block, count(*), min(day), max(day) FROM block_sightings
    WHERE site_id = :site AND block IN (SELECT value FROM json_each(:among))
    GROUP BY block HAVING count(*) >= :least
"""


def witnesses(db: sqlite3.Connection, site_id: int, block: int) -> tuple[Witness, ...]:
    """The articles in which a block stood, the oldest `MAX_WITNESSES` of them."""
    rows = db.execute(
        """
        SELECT title, blocks, longest
        FROM (SELECT article_id FROM block_sightings WHERE site_id = ? AND block = ?
              ORDER BY day, article_id LIMIT ?) AS sighting
        JOIN articles ON articles.id = sighting.article_id
        JOIN cleanings ON cleanings.article_id = sighting.article_id
        """,
        (site_id, block, MAX_WITNESSES),
    )
    return tuple(
        Witness(title=title, blocks=frozenset((*unpack(blocks), longest)))
        for title, blocks, longest in rows
    )


def passages(db: sqlite3.Connection, site_id: int, block: int) -> tuple[str, tuple[str, ...]]:
    """The first article with a block: its title, and all that was in it, taken out or not."""
    article_id, title, text = db.execute(
        "SELECT articles.id, title, text FROM block_sightings"
        " JOIN articles ON articles.id = article_id"
        " WHERE site_id = ? AND block = ? ORDER BY block_sightings.day, article_id LIMIT 1",
        (site_id, block),
    ).fetchone()
    removed = db.execute(
        "SELECT text FROM removals WHERE article_id = ? AND field = 'text'"
        " ORDER BY rule = ? DESC, position",
        (article_id, RULE),
    )
    return title, (*text.split("\n\n"), *(part for (part,) in removed))


def articles_between(db: sqlite3.Connection, site_id: int, seen: Seen) -> int:
    """How many articles a site brought from the first day of a block to its last."""
    ((count,),) = db.execute(
        "SELECT count(*) FROM cleanings WHERE site_id = ? AND day BETWEEN ? AND ?",
        (site_id, day_of(seen.first), day_of(seen.last)),
    )
    return int(count)


def boilerplate_of(db: sqlite3.Connection, site_id: int) -> Mapping[int, Boilerplate]:
    """What was concluded about the blocks of a site, by key."""
    return {
        row.block: row
        for row in values(Boilerplate, db, f"{_CONCLUDED} WHERE site_id = ?", (site_id,))
    }


def one_boilerplate(db: sqlite3.Connection, number: int) -> Boilerplate | None:
    """One block; None if there is none of that number."""
    return next(iter(values(Boilerplate, db, f"{_CONCLUDED} WHERE id = ?", (number,))), None)


_CONCLUDED = (
    "SELECT id, site_id, site, block, sample, articles, apart, first_seen_at, last_seen_at,"
    " learned, settled, switched FROM boilerplate"
)


def put_boilerplate(db: sqlite3.Connection, found: Boilerplate) -> None:
    """Write down what was concluded about a block; what a person said about it stays."""
    db.execute(
        "INSERT INTO boilerplate (site_id, site, block, sample, articles, apart, first_seen_at,"
        " last_seen_at, learned, settled) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (site_id, block) DO UPDATE SET articles = excluded.articles,"
        " apart = excluded.apart, first_seen_at = excluded.first_seen_at,"
        " last_seen_at = excluded.last_seen_at, learned = excluded.learned",
        (
            found.site_id,
            found.site,
            found.block,
            found.sample,
            found.articles,
            found.apart,
            moment(found.first_seen_at),
            moment(found.last_seen_at),
            int(found.learned),
            int(found.settled),
        ),
    )


def drop_boilerplate(db: sqlite3.Connection, number: int) -> None:
    """Forget a block that is no longer seen often enough to speak of."""
    db.execute("DELETE FROM boilerplate WHERE id = ?", (number,))


def switch_boilerplate(
    db: sqlite3.Connection, number: int, switched: Switch, now: datetime
) -> None:
    """Write down what a person says about a block."""
    db.execute(
        "UPDATE boilerplate SET switched = ?, switched_at = ? WHERE id = ?",
        (switched, None if switched == "auto" else moment(now), number),
    )


def clean_again(db: sqlite3.Connection, site_id: int, block: int) -> int:
    """Mark the articles with a block to be cleaned again; give how many they are."""
    return db.execute(
        "UPDATE cleanings SET rules = 0 WHERE article_id IN"
        " (SELECT article_id FROM block_sightings WHERE site_id = ? AND block = ?)",
        (site_id, block),
    ).rowcount


@reading
def boilerplate_rows(
    db: sqlite3.Connection, *, site: str = "", state: str = "", limit: int = -1
) -> tuple[BoilerplateRow, ...]:
    """What sites repeat, for people: by site, what most articles have first."""
    return values(
        BoilerplateRow,
        db,
        "SELECT id, site, state, articles, apart, first_seen_at, last_seen_at, sample"
        " FROM boilerplate WHERE (:site = '' OR site = :site) AND (:state = '' OR state = :state)"
        " ORDER BY site, articles DESC, id LIMIT :limit",
        {"site": site, "state": state, "limit": limit},
    )
