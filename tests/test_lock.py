"""The lock, between real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingestor.errors import LockedError, StoreError
from ingestor.lock import Lock

HOLD = """
import sys
from pathlib import Path
from ingestor.lock import Lock
with Lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
ROOT = Path(__file__).resolve().parents[1]


def test_the_second_process_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    command = [sys.executable, "-c", HOLD, str(database)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LockedError, match=rf"news\.db\.lock.*process {holder.pid}\b"):
            Lock(database).__enter__()
        holder.kill()
        holder.wait()
    with Lock(database):
        assert Path(f"{database}.lock").read_text() == f"{os.getpid()}\n"


def test_a_lock_can_be_taken_again_after_it_was_released(tmp_path: Path) -> None:
    for _ in range(2):
        with Lock(tmp_path / "news.db"):
            pass
    assert (tmp_path / "news.db.lock").read_text() == ""


def test_two_databases_have_two_locks(tmp_path: Path) -> None:
    with Lock(tmp_path / "a.db"), Lock(tmp_path / "b.db"):
        pass


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no directory"):
        Lock(tmp_path / "missing" / "news.db").__enter__()


def test_a_database_named_by_a_link_has_the_same_lock(tmp_path: Path) -> None:
    database, link = tmp_path / "news.db", tmp_path / "link.db"
    link.symlink_to(database)
    with Lock(database), pytest.raises(LockedError):
        Lock(link).__enter__()
