"""One poll of one feed, from the request to the rows: the only module that knows the order.

    fetch → parse → (ledger: what is new?) → prepare → encode → (ledger: judge and record)

Fetching is a coroutine, parsing and preparing run in worker processes that can be killed, and
whatever touches the database runs in its one thread. A failing feed becomes a value here, so that
it cannot stop the others.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from ingestor import marks
from ingestor.clean.recurring import site_of
from ingestor.clean.rulefile import RuleFile
from ingestor.config import Settings
from ingestor.encoders.sentences import MAX_SENTENCES
from ingestor.errors import EncoderError, FeedError, WorkerError
from ingestor.fingerprint import Readable
from ingestor.ledger import Ledger
from ingestor.models import (
    Article,
    Entry,
    Feed,
    Fetch,
    Fetched,
    Fingerprint,
    NotModified,
    ParsedFeed,
    Permit,
    Validators,
)
from ingestor.parse import parse
from ingestor.polled import Polled, Report
from ingestor.prepare import Recipe, encode, prepare, readable
from ingestor.store.values import FeedState
from ingestor.worker import WorkerFailed

P = ParamSpec("P")
T = TypeVar("T")
Some = TypeVar("Some", bound=Readable)

BATCH = 50  # entries prepared in one call
SENTENCES = 400  # encoded in one call: half a second with `use`, ten with the slowest encoder
_CHARACTERS = 50  # of the shortest sentences; so many make one, to guess how many a text has


class Work(Protocol):
    """Runs a picklable function in a worker process that can be killed."""

    async def __call__(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Give the function's result, or raise its error, or `WorkerFailed`."""
        ...


class Write(Protocol):
    """Runs a function on the ledger, in the thread where the one writer connection lives."""

    async def __call__(
        self, function: Callable[Concatenate[Ledger, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Give the function's result, or raise its error."""
        ...


class Web(Protocol):
    """Gets what feeds link to, with no feed's own permissions."""

    async def page(self, url: str, permit: Permit | None = None) -> Fetched:
        """Get a page, if the permit lets each address on the way be asked for.

        Raises:
            FetchError: none came.
        """
        ...

    async def robots(self, url: str) -> Fetched:
        """Get a robots.txt, or its beginning.

        Raises:
            FetchError: none came.
        """
        ...


class Record(Protocol):
    """Stores what a poll brought, or nothing of it."""

    async def __call__(self, polled: Polled, now: datetime, /) -> Report:
        """Tell what it came to once it is stored, or raise why it is not."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The machines that the stages run on, the clock, and what the user wrote down.

    Attributes:
        web: For linked pages; None reads none.
    """

    fetch: Fetch
    work: Work
    write: Write
    record: Record
    clock: Callable[[], datetime]
    settings: Settings
    rules: tuple[RuleFile, ...] = ()
    web: Web | None = None


async def poll(line: Line, feed: Feed, state: FeedState, *, by_hand: bool = False) -> Report:
    """Poll one feed once; whatever becomes of it lands together, or nothing of it.

    Args:
        line: What it runs on.
        feed: As configured.
        state: What is known of it.
        by_hand: A person asks: at the configured address, whatever was adopted since.

    Raises:
        StoreError: the database cannot be written; nothing of this poll is stored.
    """
    started = line.clock()
    polled = Polled(feed=feed, state=state, started_at=started, by_hand=by_hand)
    try:
        polled = await _attempt(line, polled)
    except FeedError as error:
        polled = polled._replace(error=error)
    return await line.record(polled, line.clock())


async def poll_all(
    line: Line, feeds: Sequence[Feed], advance: Callable[[Report], None]
) -> tuple[Report, ...]:
    """Poll feeds once, now, side by side; `advance` is told of each as it ends.

    No more are under way than may be asked at once: of ten thousand new feeds, the bodies that
    wait for a worker would fill the memory.

    Returns:
        The reports in the order of the feeds.

    Raises:
        StoreError: the database cannot be written; polls that ended before are stored.
    """
    states = await line.write(Ledger.states)

    room = asyncio.Semaphore(line.settings.fetch.max_concurrent)

    async def one(feed: Feed) -> Report:
        async with room:
            report = await poll(line, feed, states[feed.url], by_hand=True)
        advance(report)
        return report

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(feed)) for feed in feeds]
    return tuple(task.result() for task in tasks)


async def _attempt(line: Line, polled: Polled) -> Polled:
    """Everything of a poll that may fail for reasons of the feed."""
    # Now and then without validators: some servers answer 304 for ever (faults of real servers).
    validators = Validators() if polled.full else polled.state.validators
    feed, asked = polled.feed, polled.asked
    result = await line.fetch(feed if asked == feed.url else replace(feed, url=asked), validators)
    if isinstance(result, NotModified):
        return polled._replace(result=result)
    digest = hashlib.sha256(result.body).hexdigest()
    if digest == polled.state.body_hash:
        return polled._replace(result=result, body_hash=digest)
    try:
        parsed, articles = await _read(line, polled, result)
    except WorkerFailed as failure:
        # Also for a fault of ours: a daemon that ended over a feed would meet it at each start.
        raise WorkerError(feed.url, f"worker_{failure.kind}", failure.reason) from failure
    return polled._replace(result=result, body_hash=digest, parsed=parsed, articles=articles)


async def _read(
    line: Line, polled: Polled, fetched: Fetched
) -> tuple[ParsedFeed, tuple[Article, ...]]:
    """Bytes → articles, as far as they are new or edited."""
    feed, clean = polled.feed, line.settings.clean
    parsed = await line.work(
        parse, feed.url, fetched, limit=clean.max_entries, now=polled.started_at
    )
    fresh = await line.write(Ledger.news, polled.state.id, parsed.entries)
    if not fresh:
        return parsed, ()
    home = parsed.site_url
    sites = {site_of(entry.link, fetched.url, home) for entry in fresh}
    centroids, learned = await line.write(Ledger.knowledge, sites)
    recipe = Recipe(
        encoder=line.settings.dedup.encoder,
        centroids=centroids,
        claim=feed.language or parsed.language,
        base_url=fetched.url,
        home=home,
        rules=line.rules,
        learned=learned,
    )
    articles, fault = await encoded(line, await _prepare(line, fresh, recipe), recipe)
    return replace(
        parsed, warnings=(*parsed.warnings, fault) if fault else parsed.warnings
    ), articles


async def _prepare(line: Line, fresh: Sequence[Entry], recipe: Recipe) -> tuple[Article, ...]:
    """Prepare entries in batches beside each other."""
    batches = [
        line.work(prepare, fresh[start : start + BATCH], recipe)
        for start in range(0, len(fresh), BATCH)
    ]
    return tuple(chain.from_iterable(await asyncio.gather(*batches)))


async def encoded(
    line: Line, articles: tuple[Article, ...], recipe: Recipe
) -> tuple[tuple[Article, ...], str]:
    """Fingerprint what articles mean; a copy of a stored one takes that one's fingerprints.

    Returns:
        The articles, and what went wrong: no feed waits for an encoder that fails. Its articles are
        compared by words alone until they are fingerprinted again.
    """
    if recipe.encoder == "none":
        return articles, ""
    known = await line.write(marks.meanings, articles, recipe)
    new = [readable(a) for a, meaning in zip(articles, known, strict=True) if meaning is None]
    done = await asyncio.gather(*(_meanings(line, part, recipe) for part in portions(new)))
    made = chain.from_iterable(meanings for meanings, _ in done)
    found = (next(made) if meaning is None else meaning for meaning in known)
    faults = dict.fromkeys(fault for _, fault in done if fault)
    return tuple(map(_with, articles, found)), "; ".join(faults)


def _with(article: Article, meaning: tuple[Fingerprint, ...]) -> Article:
    return replace(article, fingerprints=(*article.fingerprints, *meaning))


async def _meanings(
    line: Line, texts: Sequence[Readable], recipe: Recipe
) -> tuple[Sequence[tuple[Fingerprint, ...]], str]:
    """Fingerprint what some texts mean; nothing for any of them if the encoder fails."""
    try:
        return await ask_encoder(line, encode, texts, recipe), ""
    except EncoderError as error:
        return ((),) * len(texts), f"compared by words only, the encoder failed: {error}"


async def ask_encoder(line: Line, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Have a worker use the encoder, and once more if it dies: it may have been for want of memory.

    Raises:
        EncoderError: it failed, or died again.
        WorkerFailed: only because all worker processes are being stopped.
    """
    try:
        return await line.work(fn, *args, **kwargs)
    except WorkerFailed as failure:
        if failure.kind == "closed":
            raise
    try:
        return await line.work(fn, *args, **kwargs)
    except WorkerFailed as failure:
        raise EncoderError(failure.reason) from failure


def portions(texts: Sequence[Some]) -> list[list[Some]]:
    """Part texts such that each part has no more than SENTENCES or so, but one text at least."""
    parts: list[list[Some]] = []
    room = 0
    for text in texts:
        sentences = min(MAX_SENTENCES, 1 + len(text.text) // _CHARACTERS)
        if sentences > room:
            parts.append([])
            room = SENTENCES
        parts[-1].append(text)
        room -= sentences
    return parts
