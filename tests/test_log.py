"""One event, one line, in every form."""

from __future__ import annotations

import json
import logging
import socket
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal, get_args

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestor.log import Form, configure, escape, get_logger

TEXT = st.text(
    st.one_of(st.characters(), st.sampled_from('\n\r\x1b\x07\x85\u2028\u2029\u202e<>= "{}%s')),
    max_size=30,
)
FORGED = "Title\n<3>fake error\r\n2026-01-01 [error] fake \x1b[31m \u202egnp.exe\u2028 \x85 \ud800"


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.mark.parametrize("terminal", [False, True], ids=["", "terminal"])
@pytest.mark.parametrize("journal", [False, True], ids=["", "journal"])
@pytest.mark.parametrize("form", get_args(Form))
def test_a_title_cannot_forge_a_line(
    form: Form, journal: bool, terminal: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(form, "info", terminal=terminal, journal=journal)
    get_logger().warning("poll failed", title=FORGED)
    get_logger().warning(FORGED)
    logging.getLogger("aiohttp.client").warning("from a library: %s", FORGED)
    written = capsys.readouterr().err
    assert written.count("\n") == 3
    assert len(written.splitlines()) == 3  # which also splits at U+2028 and the like
    assert not set(written) & set("\r\u202e\u2028\x85\ud800")
    assert "\x1b[31m \\u202e" not in written


def test_the_journal_gets_level_and_quoted_values(capsys: pytest.CaptureFixture[str]) -> None:
    configure("auto", "debug", terminal=False, journal=True)
    log = get_logger()
    log.debug("a")
    log.info("polled", feed="https://a.example/", new=3, ok=True)
    log.warning("poll failed", reason='said "no" level=error', empty="", nothing=None)
    log.error("b")
    assert capsys.readouterr().err.splitlines() == [
        "<7>a",
        "<6>polled feed=https://a.example/ new=3 ok=True",
        '<4>poll failed reason="said \\"no\\" level=error" empty="" nothing=None',
        "<3>b",
    ]


class Journal:
    """A journal that keeps what it is sent."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))

    def fields(self) -> list[tuple[str, str]]:
        """The fields of the next event."""
        lines = self._socket.recv(1 << 20).decode().removesuffix("\n").split("\n")
        return [(name, value) for name, _, value in (line.partition("=") for line in lines)]

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(Journal(tmp_path / "socket")) as opened:
        configure("auto", "info", terminal=False, journal=True, journal_socket=opened.path)
        yield opened
        logging.getLogger().handlers[0].close()


def test_the_journal_gets_fields_to_search_by(journal: Journal) -> None:
    get_logger().warning("poll failed", feed="https://a.example/", status=503)
    assert journal.fields() == [
        ("MESSAGE", "poll failed feed=https://a.example/ status=503"),
        ("PRIORITY", "4"),
        ("SYSLOG_IDENTIFIER", "ingestor"),
        ("INGESTOR_FEED", "https://a.example/"),
        ("INGESTOR_STATUS", "503"),
    ]


def test_no_value_can_pose_as_a_field(journal: Journal) -> None:
    get_logger().info(FORGED, title="a\nPRIORITY=0\n", long="x" * 300_000)
    assert [name for name, _ in journal.fields()] == [
        "MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "INGESTOR_TITLE", "INGESTOR_LONG"
    ]  # fmt: skip


def test_without_a_journal_to_hear_it_an_event_is_a_line(
    journal: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    journal.path.unlink()
    get_logger().info("polled", new=3)
    assert capsys.readouterr().err == "polled new=3\n"


@pytest.mark.parametrize(("form", "journal"), [("console", False), ("json", False), ("auto", True)])
@given(event=TEXT, value=TEXT)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_feed_writes_an_event_is_one_line(
    form: Form, journal: bool, event: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = Path("/nowhere")
    configure(form, "info", terminal=False, journal=journal, journal_socket=nowhere)
    get_logger().info(event, title=value, key=[value])
    logging.getLogger("aiohttp").warning("%s", value)
    lines = capsys.readouterr().err
    assert (lines.count("\n"), len(lines.splitlines())) == (2, 2)
    assert "\x1b" not in lines


def test_json_lines_keep_the_values(capsys: pytest.CaptureFixture[str]) -> None:
    configure("auto", "info", terminal=False, journal=False)
    get_logger().info("polled", title="日本\n", new=3)
    line = json.loads(capsys.readouterr().err)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "polled", "level": "info", "title": "日本\n", "new": 3}


def test_a_traceback_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure("auto", "info", terminal=False, journal=True)
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        get_logger().exception("bug")
        logging.getLogger("apscheduler").exception("job")
    ours, theirs = capsys.readouterr().err.splitlines()
    assert ours.startswith("<3>bug exception=")
    assert theirs.startswith("<3>job exception=")
    assert "\\nZeroDivisionError: division by zero" in ours


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("debug", ["d", "lib d", "i", "lib i", "w", "lib w"]),
        ("info", ["i", "w", "lib w"]),
        ("warning", ["w", "lib w"]),
        ("error", []),
    ],
)
def test_the_level_decides_what_is_written(
    level: Literal["debug", "info", "warning", "error"],
    expected: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure("auto", level, terminal=False, journal=True)
    for method, letter in (("debug", "d"), ("info", "i"), ("warning", "w")):
        getattr(get_logger(), method)(letter)
        getattr(logging.getLogger("apscheduler.scheduler"), method)(f"lib {letter}")
    assert [line[3:] for line in capsys.readouterr().err.splitlines()] == expected


def test_warnings_of_libraries_are_logged(capsys: pytest.CaptureFixture[str]) -> None:
    configure("auto", "info", terminal=False, journal=True)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert capsys.readouterr().err.startswith("<4>")


@given(st.text(st.characters(), max_size=50))
def test_escaped_text_is_one_printable_line(text: str) -> None:
    escaped = escape(text)
    assert len(escaped.splitlines()) <= 1
    escaped.encode()
    assert escape(escaped) == escaped
