"""Politeness, on a clock that only the test moves."""

import asyncio
from datetime import UTC, datetime

import pytest

from ingestor.fetch.polite import Hosts

UNTIL = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


class Clock:
    """Monotonic seconds; to sleep is to move it."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


def polite(interval: float) -> tuple[Hosts, Clock]:
    clock = Clock()
    return Hosts(interval, monotonic=clock, sleep=clock.sleep), clock


async def visits(hosts: Hosts, clock: Clock, names: list[str]) -> list[tuple[str, float]]:
    """Take all turns at once; when each began."""
    begun: list[tuple[str, float]] = []
    inside: dict[str, int] = {}

    async def visit(name: str) -> None:
        async with hosts.turn(name):
            inside[name] = inside.get(name, 0) + 1
            assert inside[name] == 1
            begun.append((name, clock()))
            await asyncio.sleep(0)
            inside[name] -= 1

    await asyncio.gather(*map(visit, names))
    return begun


async def test_turns_of_one_host_are_single_and_spaced() -> None:
    hosts, clock = polite(5)

    begun = await visits(hosts, clock, ["a"] * 4)

    assert [at for _, at in begun] == [100, 105, 110, 115]


async def test_hosts_do_not_wait_for_each_other() -> None:
    hosts, clock = polite(5)

    begun = await visits(hosts, clock, ["a", "b", "c"])

    assert {at for _, at in begun} == {100}


async def test_the_pause_counts_from_the_end_of_a_request_even_a_failed_one() -> None:
    hosts, clock = polite(5)

    try:
        async with hosts.turn("a"):
            clock.now += 30
            raise TimeoutError
    except TimeoutError:
        pass
    async with hosts.turn("a"):
        assert clock() == 135


async def test_without_an_interval_nobody_waits() -> None:
    hosts, clock = polite(0)

    async with hosts.turn("a"), hosts.turn("a"):
        assert clock() == 100


@pytest.mark.parametrize("interval", [0, 5])
async def test_a_host_that_asked_for_silence_gets_it(interval: float) -> None:
    hosts, clock = polite(interval)
    hosts.silence("a", 60, UNTIL)

    async with hosts.turn("a") as until, hosts.turn("b") as other:
        assert (until, other) == (UNTIL, None)
    clock.now += 61
    async with hosts.turn("a") as until:
        assert until is None


async def test_a_shorter_silence_does_not_end_a_longer_one() -> None:
    hosts, clock = polite(5)
    hosts.silence("a", 60, UNTIL)
    hosts.silence("a", 1, UNTIL.replace(year=2000))
    clock.now += 30

    async with hosts.turn("a") as until:
        assert until == UNTIL


async def test_those_who_are_told_of_silence_are_told_at_once() -> None:
    hosts, clock = polite(5)
    async with hosts.turn("a"):
        hosts.silence("a", 60, UNTIL)

    for _ in range(100):
        async with hosts.turn("a") as until:
            assert until == UNTIL
    assert clock() == 100


async def test_hosts_that_are_owed_nothing_are_forgotten() -> None:
    hosts, clock = polite(5)
    for number in range(10_000):
        clock.now += 1
        async with hosts.turn(f"host-{number}"):
            pass

    assert len(hosts) <= 2048
