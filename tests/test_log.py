"""One event, one line, in every form."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from ingestor.log import configure, escape, get_logger

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
@pytest.mark.parametrize("form", ["auto", "console", "json"])
def test_a_title_cannot_forge_a_line(
    form: str, journal: bool, terminal: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(form, "info", terminal=terminal, journal=journal)  # type: ignore[arg-type] # a table
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
    level: str, expected: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    configure("auto", level, terminal=False, journal=True)  # type: ignore[arg-type] # a table
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
