"""What a user can cause is a line on standard error and an exit status from sysexits(3)."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ingestor.config import load
from ingestor.lock import Lock
from tests.cli.conftest import Ingestor

WRONG = """[fetch]
timeout = -1
[dedup]
encodr = "use"
[log]
level = "loud"
[[feeds]]
url = "https://news.example/rss"
"""


def test_every_problem_of_a_configuration_is_named_at_once(
    tmp_path: Path, ingestor: Ingestor
) -> None:
    config = tmp_path / "wrong.toml"
    config.write_text(WRONG)
    found = ingestor("check", "-c", config)
    assert found.returncode == 78
    assert all(word in found.stderr for word in ("timeout", "encodr", "log.level"))
    assert all(line.startswith("ingestor: ") for line in found.stderr.splitlines())
    assert found.stdout == ""


def test_a_fault_in_a_file_of_rules_is_named_with_file_and_line(
    tmp_path: Path, ingestor: Ingestor
) -> None:
    config, rules = tmp_path / "news.toml", tmp_path / "own.toml"
    config.write_text(
        '[clean]\nrules = ["own.toml"]\n[[feeds]]\nurl = "https://news.example/rss"\n'
    )
    rules.write_text('[words.de]\nad = "Werbung"\n')
    found = ingestor("check", "-c", config)
    assert (found.returncode, found.stdout) == (78, "")
    assert f"{rules}:2: words.de.ad: should be a list of texts" in found.stderr


@pytest.mark.parametrize(
    ("args", "status", "words"),
    [
        pytest.param(("show", "9999"), 64, "there is no story 9999", id="no such story"),
        pytest.param(("show", "9", "--article", "--x"), 64, "No such option", id="no such option"),
        pytest.param(("shwo",), 64, "No such command", id="no such command"),
        pytest.param(("stories", "--since", "soon"), 64, "neither an age", id="no such time"),
        pytest.param(
            ("poll", "Hafenbotte"), 64, "there are: Báo Cửa Biển, Hafenbote", id="no feed"
        ),
        pytest.param(("prune", "--before", "2999-01-01"), 64, "still to come", id="future"),
        pytest.param(("publish", "-o", "/nowhere/x.json"), 64, "cannot write", id="no directory"),
    ],
)
def test_a_wrong_argument_is_explained(
    newsroom: Path, ingestor: Ingestor, args: tuple[str, ...], status: int, words: str
) -> None:
    found = ingestor(args[0], *(("-c", newsroom) if args != ("shwo",) else ()), *args[1:])
    assert (found.returncode, found.stdout) == (status, "")
    assert words in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize("command", ["status", "feeds", "stories", "show"])
def test_without_a_database_the_way_to_one_is_named(
    tmp_path: Path, ingestor: Ingestor, command: str
) -> None:
    config = tmp_path / "new.toml"
    config.write_text('[[feeds]]\nurl = "https://news.example/rss"\n')
    found = ingestor(command, "-c", config, *(("1",) if command == "show" else ()))
    assert found.returncode == 74
    assert "run `ingestor poll` first" in found.stderr
    assert not (tmp_path / "news.db").exists()


def test_a_second_writer_is_refused(newsroom: Path, ingestor: Ingestor) -> None:
    with Lock(load(newsroom).database):
        found = ingestor("poll", "-c", newsroom)
    assert found.returncode == 75


def test_a_reader_that_goes_away_meets_silence(newsroom: Path) -> None:
    ours, theirs = os.pipe()
    fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 4096)  # holds less than there is to say
    command = [sys.executable, "-m", "ingestor", "stories", "-c", str(newsroom), "--json"]
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.PIPE) as process:
        os.close(theirs)
        assert os.read(ours, 1) == b"{"
        os.close(ours)
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(30) == 1


def test_an_output_on_a_full_disk_is_one_line(newsroom: Path) -> None:
    command = [sys.executable, "-m", "ingestor", "stories", "--since", "900d", "-c", str(newsroom)]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        found = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert found.returncode == 74
    assert found.stderr == "ingestor: the output cannot be written: the disk is full\n"


def test_a_reader_that_never_reads_meets_silence(newsroom: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "ingestor", "stories", "-c", newsroom],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(30) == 1


def test_an_interrupt_is_one_line(newsroom: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "ingestor", "prune", "-c", newsroom, "--before", "2000-01-01"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    asked = process.stdout.read(len("Forget articles"))
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert asked == "Forget articles"
    assert process.returncode == 130
    assert errors.strip() == "ingestor: interrupted"


def test_an_interrupt_of_all_processes_while_workers_are_made_ready_is_one_line(
    tmp_path: Path,
) -> None:
    config = tmp_path / "news.toml"
    config.write_text(f'database = "news.db"\n[[feeds]]\nurl = "file://{tmp_path}/feed.xml"\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "ingestor", "poll", "-c", config],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while process.poll() is None and len(children.read_text(encoding="ascii").split()) < 2:
        os.sched_yield()  # until there is the fork server
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors.strip() == "ingestor: interrupted"
