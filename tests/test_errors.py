"""Errors cross the border between a worker and its parent whole."""

import pickle
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ingestor.errors import ConfigError, FeedError, IngestorError

WHEN = datetime(2026, 1, 2, tzinfo=UTC)


def family(kind: type[IngestorError]) -> Iterator[type[IngestorError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from family(child)


def example(kind: type[IngestorError]) -> IngestorError:
    if issubclass(kind, FeedError):
        return kind("https://a.example/", "gone", "HTTP 410", status=410, hard=True, retry_at=WHEN)
    return kind(["a", "b"]) if issubclass(kind, ConfigError) else kind("what is wrong")


@pytest.mark.parametrize("kind", [*family(IngestorError)])
def test_every_error_of_ours_survives_being_pickled(kind: type[IngestorError]) -> None:
    error = example(kind)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (kind, str(error), vars(error))
