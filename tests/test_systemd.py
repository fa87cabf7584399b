"""The unit file, as systemd itself judges it."""

from __future__ import annotations

import itertools
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.confined import MACHINE

UNIT = Path(__file__).resolve().parents[1] / "systemd" / "ingestor.service"
COMMAND = "/opt/ingestor/.venv/bin/ingestor"
MOST_EXPOSURE = 20  # tenths; 0 is locked away, 100 is root without limits

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is missing (package systemd)"
)


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The unit, its drop-in, and a program where the unit expects one."""
    program = shutil.which("true")
    assert program
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace(COMMAND, program))
    if version() < 253:
        shutil.copytree(f"{UNIT}.d", f"{unit}.d")
    return unit


def version() -> int:
    found = re.search(r"systemd (\d+)", analyze("--version").stdout)
    assert found
    return int(found[1])


@needs_systemd
def test_systemd_finds_no_fault(installed: Path) -> None:
    result = analyze("verify", "--man=no", installed)
    faults = result.stderr.splitlines()
    if version() < 253:  # falls back to the Type= of the line before
        faults = [line for line in faults if not line.endswith("ignoring: notify-reload")]
    assert (result.returncode, faults) == (0, [])


@needs_systemd
def test_the_service_is_hardened(installed: Path) -> None:
    result = analyze(
        "security", "--offline=true", f"--threshold={MOST_EXPOSURE}", "--no-pager", installed
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_setting_has_a_comment() -> None:
    for path in (UNIT, *Path(f"{UNIT}.d").iterdir()):
        lines = path.read_text().splitlines()
        bare = [
            line
            for above, line in itertools.pairwise(lines)
            if re.match(r"\w+=", line) and not above.startswith("# ")
        ]
        assert bare == []


@pytest.mark.parametrize(
    "setting",
    [
        "Type=notify-reload",
        f"ExecStart={COMMAND} run -c /etc/ingestor/ingestor.toml",
        "DynamicUser=yes",
        "StateDirectory=ingestor",
        "RestartPreventExitStatus=64 78",
        "KillMode=mixed",
        "SystemCallFilter=~@privileged @resources",
        "SystemCallErrorNumber=EPERM",
    ],
)
def test_what_the_daemon_relies_on_is_set(setting: str) -> None:
    assert setting in UNIT.read_text().splitlines()


@pytest.mark.skipif(
    platform.machine() != MACHINE, reason=f"system calls are numbered for {MACHINE}"
)
def test_feeds_are_polled_under_the_system_call_filter_of_the_service(tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_text(
        "<rss version='2.0'><channel><title>News</title><item><title>A bridge</title>"
        "<description>The bridge over the river was opened today.</description>"
        "</item></channel></rss>"
    )
    (tmp_path / "my.toml").write_text(f'database = "news.db"\n[[feeds]]\nurl = "{feed.as_uri()}"\n')

    python = (sys.executable, "-m")

    polled = subprocess.run(
        [*python, "tests.confined", *python, "ingestor", "poll", "-c", str(tmp_path / "my.toml")],
        cwd=Path(__file__).resolve().parents[1],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert "1 feed polled, 0 failed; 1 new article, 0 updated" in polled.stderr, polled.stdout
