"""Opening the file: connection settings, refusal of what is not ours, and sqlite's errors."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlite_utils import Database, Migrations

from ingestor.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull
from ingestor.store.migrations import migrate, pending

APPLICATION_ID = 0x4E657773  # "News", at offset 68 of the file; set by the first migration
BUSY_SECONDS = 5.0
ASKED_EVERY = 0.2  # seconds between two looks whether a long statement is given up
CHECKED_AT_OPENING = 64 * 2**20  # bytes: a larger file is checked by the nightly backup instead
SOUND_SQLITE = (3, 51, 3)  # earlier ones can, rarely, lose WAL content when two processes write

_HEADER = b"SQLite format 3\x00"
_OWNER = slice(68, 72)  # where a header has the application id, big-endian
_SETTINGS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -32768",  # KiB
    "PRAGMA synchronous = NORMAL",  # in WAL mode a power cut may cost the last polls, no more
    # 16 MiB: polls write the same pages again and again, of which a checkpoint copies only the last
    "PRAGMA wal_autocheckpoint = 4096",
    f"PRAGMA journal_size_limit = {64 * 2**20}",
)
# Primary result codes that a user can cause (https://sqlite.org/rescode.html); others are bugs.
_ERRORS: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_BUSY: (StoreBusy, "another process holds the lock"),
    sqlite3.SQLITE_LOCKED: (StoreBusy, "another connection holds the lock"),
    sqlite3.SQLITE_FULL: (StoreFull, "the disk is full"),
    sqlite3.SQLITE_CORRUPT: (StoreCorrupt, "the file is damaged; restore a backup"),
    sqlite3.SQLITE_NOTADB: (StoreCorrupt, "the file is no SQLite database"),
    sqlite3.SQLITE_CANTOPEN: (StoreError, "cannot be opened"),
    sqlite3.SQLITE_READONLY: (StoreError, "cannot be written"),
    sqlite3.SQLITE_PERM: (StoreError, "access is denied"),
    sqlite3.SQLITE_IOERR: (StoreError, "the disk reports an error"),
}


def translate(error: sqlite3.Error, path: Path) -> StoreError | None:
    """The error that a user can understand; None if it is our bug.

    Args:
        error: As sqlite3 raised it.
        path: The database, for the message.
    """
    kind, reason = _ERRORS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, (None, ""))
    return kind(f"{path}: {reason} ({error})") if kind else None


@contextmanager
def sqlite_errors(path: Path) -> Iterator[None]:
    """Turn the sqlite3 errors that a user can cause into `StoreError`; let bugs through."""
    try:
        yield
    except sqlite3.Error as error:
        translated = translate(error, path)
        if translated is None:
            raise
        raise translated from error


@contextmanager
def interruptible(connection: sqlite3.Connection, given_up: Callable[[], bool]) -> Iterator[None]:
    """Interrupt what a connection does inside the block as soon as it is given up.

    Another thread asks: before 3.41, SQLite calls no progress handler while it checks pages.
    """
    done = threading.Event()

    def watch() -> None:
        while not done.wait(ASKED_EVERY):
            if given_up():
                connection.interrupt()

    watcher = threading.Thread(target=watch, name="interrupts")
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def connect(path: Path, *, readonly: bool, busy_seconds: float = BUSY_SECONDS) -> Database:
    """Open the file, in autocommit mode: transactions are begun by `BEGIN IMMEDIATE` alone."""
    mode = "ro" if readonly else "rwc"
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode={mode}",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        cached_statements=256,
    )
    try:
        for setting in _SETTINGS:
            connection.execute(setting)
        return Database(connection, execute_plugins=False)
    except BaseException:
        connection.close()
        raise


def open_database(path: Path, *, readonly: bool, busy_seconds: float = BUSY_SECONDS) -> Database:
    """Open, check and migrate; an unusable file is left as it is.

    Args:
        path: Created, with its directory, unless `readonly`.
        readonly: Open a database that exists and has the present schema, for reading only.
        busy_seconds: How long to wait for other processes' locks.

    Raises:
        StoreCorrupt: it is damaged, or no SQLite database.
        StoreBusy: another process holds it.
        StoreError: it cannot be opened, or is another program's, or of another version.
    """
    try:
        _check_header(path, readonly=readonly)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    with sqlite_errors(path):
        db = connect(path, readonly=readonly, busy_seconds=busy_seconds)
        try:
            _prepare(db, path, readonly=readonly)
        except BaseException:
            db.close()
            raise
        return db


def sqlite_warning(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> str:
    """What is wrong with the SQLite library that runs, empty if nothing."""
    if version >= SOUND_SQLITE:
        return ""
    return (
        f"SQLite {'.'.join(map(str, version))} is older than {'.'.join(map(str, SOUND_SQLITE))},"
        " which repaired a rare loss of WAL content when two processes write"
    )


def sqlite_version() -> str:
    """The SQLite library that runs."""
    return sqlite3.sqlite_version


def _check_header(path: Path, *, readonly: bool) -> None:
    if not path.exists():
        if readonly:
            raise StoreError(f"{path}: there is no database yet")
        path.parent.mkdir(parents=True, exist_ok=True)
        return
    with path.open("rb") as file:
        header = file.read(len(_HEADER))
    if header and header != _HEADER:
        raise StoreCorrupt(f"{path}: the file is no SQLite database")


def is_ours(path: Path) -> bool:
    """Whether a file is a database that this program made, by its header.

    Source: SQLite, "Database File Format" §1.3.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        header = file.read(_OWNER.stop)
    return header.startswith(_HEADER) and int.from_bytes(header[_OWNER]) == APPLICATION_ID


def _prepare(db: Database, path: Path, *, readonly: bool) -> None:
    """Refuse what is not ours or not whole, then bring the rest up to date."""
    (owner,) = db.conn.execute("PRAGMA application_id").fetchone()
    # The record of migrations alone is what a first start leaves that was interrupted at once.
    foreign = set(db.table_names()) - {Migrations.migrations_table}
    if owner != APPLICATION_ID and (owner or foreign):
        raise StoreError(f"{path}: the database belongs to another program")
    if not readonly and path.stat().st_size <= CHECKED_AT_OPENING:
        (finding,) = db.conn.execute("PRAGMA quick_check(1)").fetchone()
        if finding != "ok":
            raise StoreCorrupt(f"{path}: the file is damaged ({finding}); restore a backup")
    if not readonly:
        db.conn.execute("PRAGMA journal_mode = WAL")
        migrate(db)
    elif todo := pending(db):
        raise StoreError(
            f"{path}: of an older version; it lacks {', '.join(todo)}: run a poll once"
        )
