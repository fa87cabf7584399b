"""Every error that the ingestor raises on purpose, in one tree.

::

    IngestorError                 one line for the user, an exit status for the shell
    ├── ConfigError               78  the configuration; carries every problem found
    ├── UsageError                64  a command was given something that does not exist
    ├── DataError                 65  a document is not what a command can work on
    ├── StoreError                74  the database cannot be read or written
    │   ├── StoreBusy                 another process holds the lock for too long
    │   ├── StoreFull                 the disk, or the database's page limit, is full
    │   └── StoreCorrupt              the file is damaged, or is no database
    ├── EncoderError              70  a sentence encoder returned no vectors; its batch is lost
    ├── LockedError               75  another instance works on this database
    └── FeedError                 69  one feed failed; the others go on
        ├── FetchError                the network, the server, or our own guard said no
        ├── ParseError                the body is not a feed, or not a whole one
        └── WorkerError               the worker process died, ran out of time, or met a bug

Exit statuses follow sysexits(3). `FeedError` is caught per feed in `pipeline.py`, everything else
in `cli.py`; whatever is not in this tree is a bug and ends the process, unless a feed's content met
it in a worker: then it is a `WorkerError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class IngestorError(Exception):
    """The root: what a user can cause, and can read about in one line."""

    exit_status = 1


class ConfigError(IngestorError):
    """The configuration is wrong; `problems` holds one line for each fault."""

    exit_status = 78

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the problems: the default would take the message for them."""
        return type(self), (self.problems,)


class UsageError(IngestorError):
    """A command was asked for something that does not exist."""

    exit_status = 64


class DataError(IngestorError):
    """A document that a command was given is empty, binary, or of another kind."""

    exit_status = 65


class StoreError(IngestorError):
    """The database cannot be read or written."""

    exit_status = 74


class StoreBusy(StoreError):
    """Another process held the write lock for longer than we wait."""


class StoreFull(StoreError):
    """The disk, or the page limit of the database, is full."""


class StoreCorrupt(StoreError):
    """The file is damaged, or is no database."""


class EncoderError(IngestorError):
    """A sentence encoder returned something that is no vector: a fault of its model or build."""

    exit_status = 70


class LockedError(IngestorError):
    """Another instance works on this database."""

    exit_status = 75


class FeedError(IngestorError):
    """One feed failed; the others go on.

    Attributes:
        url: The feed, as configured.
        kind: One word for tables and metrics, such as ``timeout`` or ``not_a_feed``.
        reason: The sentence a person reads.
        status: The HTTP status, 0 when there was none.
        hard: Whether trying again soon is pointless (410, a refused address).
        retry_at: The earliest moment at which the server wants to hear from us again.
    """

    exit_status = 69

    def __init__(
        self,
        url: str,
        kind: str,
        reason: str,
        *,
        status: int = 0,
        hard: bool = False,
        retry_at: datetime | None = None,
    ) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.kind = kind
        self.reason = reason
        self.status = status
        self.hard = hard
        self.retry_at = retry_at

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by all arguments: the default knows only the message."""
        return type(self), (self.url, self.kind, self.reason), self.__dict__


class FetchError(FeedError):
    """The network, the server, or our own guard said no.

    Attributes:
        host: Whose answer it is, where `retry_at` is set: it holds for all feeds of that host.
        redirected: Whether a redirect led to what went wrong.
    """

    host: str = ""
    redirected: bool = False


class ParseError(FeedError):
    """The body is not a feed, or not a whole one."""


class WorkerError(FeedError):
    """The worker process died, or ran out of time or memory, on this feed's content."""
