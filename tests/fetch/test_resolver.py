"""The system's resolver in threads: slow names hold up nobody, and do not take all threads."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ingestor.config import FetchSettings
from ingestor.errors import FetchError
from ingestor.fetch.client import Client
from ingestor.fetch.resolver import ThreadResolver
from ingestor.models import Feed, Validators


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A name server that does not answer for slow.test until it is told to."""
    stuck = threading.Event()

    def getaddrinfo(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        if host == "slow.test":
            stuck.wait()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield stuck
    stuck.set()
    for thread in lookups():
        thread.join()


@pytest.fixture
def no_threads() -> Iterator[None]:
    """A system that refuses a thread, for want of memory for its stack."""
    before = threading.stack_size(1 << 60)
    yield
    threading.stack_size(before)


async def failure(resolver: ThreadResolver, url: str) -> FetchError:
    clock = datetime.now(UTC)
    async with Client(FetchSettings(), clock=lambda: clock, resolver=resolver) as client:
        with pytest.raises(FetchError) as caught:
            await client.get(Feed(url=url, name="x"), Validators())
    return caught.value


def lookups() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("dns ")]


async def test_names_that_hang_take_no_turn_of_others(stuck: threading.Event) -> None:
    resolver = ThreadResolver()
    slow = [asyncio.ensure_future(resolver.resolve("slow.test")) for _ in range(100)]

    (found,) = await resolver.resolve("fast.test", 80)
    assert (found["host"], found["port"]) == ("127.0.0.1", 80)
    assert not any(waiting.done() for waiting in slow)
    slow.pop().cancel()
    stuck.set()
    answers = await asyncio.gather(*slow)
    assert {address["host"] for (address,) in answers} == {"127.0.0.1"}


async def test_names_that_hang_do_not_take_all_threads(stuck: threading.Event) -> None:
    resolver = ThreadResolver(most=3, patience=0)
    for _ in range(3):  # nobody waits for them any more, but the system cannot be stopped
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(resolver.resolve("slow.test"), 0.01)

    with pytest.raises(BlockingIOError):
        await resolver.resolve("fast.test")
    assert len(lookups()) == 3
    assert (await failure(resolver, "http://fast.test/")).kind == "dns"


async def test_a_name_waits_for_a_thread_to_be_free(stuck: threading.Event) -> None:
    resolver = ThreadResolver(most=1)
    slow = asyncio.ensure_future(resolver.resolve("slow.test"))
    fast = asyncio.ensure_future(resolver.resolve("fast.test"))
    await asyncio.wait({slow, fast}, timeout=0.01)
    assert not fast.done()

    stuck.set()
    assert len(await fast) == 1


@pytest.mark.usefixtures("no_threads")
async def test_a_system_without_threads_is_a_failure_of_the_feed() -> None:
    resolver = ThreadResolver(most=1)
    for _ in range(2):  # its place is free again
        error = await failure(resolver, "http://fast.test/")
        assert (error.kind, error.hard) == ("dns", False)
        assert error.reason.endswith("nobody was asked for fast.test")
