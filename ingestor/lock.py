"""One process works on a database at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Self

from ingestor.errors import LockedError, StoreError


class Lock:
    """The right to write, held through flock(2) on ``<database>.lock`` inside a ``with`` block.

    The kernel releases it with the process, however that ends. The file stays: to remove it would
    let two processes lock two files of one name. It lies beside the database itself, lest two
    processes that name it by different links hold a lock each.
    """

    def __init__(self, database: Path) -> None:
        self._path = Path(f"{os.path.realpath(database)}.lock")
        self._fd = -1

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            LockedError: another process has it; the message names the process.
            StoreError: there can be no lock file in this place.
        """
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except FileNotFoundError as error:
            raise StoreError(f"{self._path}: there is no directory {self._path.parent}") from error
        except OSError as error:
            raise StoreError(f"{self._path}: {error.strerror}") from error
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(fd, 0)
            os.pwrite(fd, b"%d\n" % os.getpid(), 0)
        except BlockingIOError as error:
            holder = os.pread(fd, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(fd)
            message = f"{self._path}: another ingestor works on this database (process {holder})"
            raise LockedError(message) from error
        except OSError as error:
            os.close(fd)
            raise StoreError(f"{self._path}: {error.strerror}") from error
        self._fd = fd
        return self

    def __exit__(self, *_: object) -> None:
        os.ftruncate(self._fd, 0)
        os.close(self._fd)
