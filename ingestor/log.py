"""The log: one event, one line, whatever a feed writes into its titles.

Three forms: for a person at a terminal, for the journal (fields to search by, a level that it
understands, no time, since it keeps its own), and JSON lines. Records of the libraries' own loggers
take the same way.
"""

from __future__ import annotations

import logging
import re
import socket
import sys
from pathlib import Path
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

Logger = structlog.stdlib.BoundLogger
Form = Literal["auto", "console", "json"]
JOURNAL = Path("/run/systemd/journal/socket")
LONGEST = 8_000  # characters of one field for the journal, whose datagrams hold 200 KB

_LIBRARIES = ("aiohttp", "apscheduler", "asyncio", "datasette", "py.warnings")
_SYSLOG = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}  # sd-daemon(3)

# Controls, line and paragraph separators, and the marks that turn the direction of text around
# (Unicode TR 9): with them a title could forge a line or hide one; lone surrogates, which no
# encoding can write.
_UNSAFE = {
    code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    for codes in (
        range(0x20),
        range(0x7F, 0xA0),
        (0x061C, 0x200E, 0x200F),
        range(0x2028, 0x202F),
        range(0x2066, 0x206A),
        range(0xD800, 0xE000),
    )
    for code in codes
} | {0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r"}


def configure(
    form: Form,
    level: Literal["debug", "info", "warning", "error"],
    *,
    terminal: bool,
    journal: bool,
    journal_socket: Path = JOURNAL,
) -> None:
    """Send every log event of the process to standard error.

    Args:
        form: ``auto`` is for a person on a terminal, for the journal under systemd, else JSON.
        level: The least severe event that is written. The libraries' own chatter below a
            warning is written only with ``debug``.
        terminal: Whether standard error is a terminal.
        journal: Whether standard error goes to the journal (systemd sets JOURNAL_STREAM).
        journal_socket: Where the journal takes events with fields; without it they are lines.
    """
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    fields = journal and not terminal and form != "json" and journal_socket.is_socket()
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if fields:
        handler = _Journal(journal_socket)
    plain = _renderers(form, terminal=terminal, journal=journal)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *([_escape_values, _as_fields] if fields else plain),
        ],
    )
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.captureWarnings(capture=True)
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel("WARNING" if level == "info" else level.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=Logger,
    )


def get_logger() -> Logger:
    """Return the log of the ingestor."""
    logger: Logger = structlog.get_logger("ingestor")
    return logger


def escape(text: str) -> str:
    r"""Make every character visible that could break, forge or reverse a line: ``\n``, ``\x1b``."""
    return text.translate(_UNSAFE)


def _renderers(form: str, *, terminal: bool, journal: bool) -> list[Processor]:
    """Choose the last steps of an event."""
    if form == "auto":
        form = "console" if terminal or journal else "json"
    if form == "json":
        stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
        return [stamp, structlog.processors.JSONRenderer(default=str)]  # ASCII: nothing to escape
    if journal and not terminal:
        return [_escape_values, _for_journal]
    console = structlog.dev.ConsoleRenderer(
        colors=terminal, exception_formatter=structlog.dev.plain_traceback
    )
    stamp = structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False)
    return [stamp, _escape_values, console]


def _escape_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {
        key: value if isinstance(value, int | float) else escape(str(value))
        for key, value in event.items()
    }


class _Journal(logging.Handler):
    """Hands events to the journal; what it does not take goes to standard error as a line."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)

    def emit(self, record: logging.LogRecord) -> None:
        """Send one event."""
        fields = self.format(record)
        try:
            self._socket.sendto(fields.encode(), self._path)
        except OSError:
            sys.stderr.write(fields.partition("\n")[0].removeprefix("MESSAGE=") + "\n")

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()
        super().close()


def _as_fields(logger: WrappedLogger, method: str, event: EventDict) -> str:
    """Write ``NAME=value`` lines; no value holds a line break, so none can pose as a field.

    Source: https://systemd.io/JOURNAL_NATIVE_PROTOCOL/
    """
    own = "".join(
        f"INGESTOR_{re.sub('[^A-Z0-9_]', '_', key.upper())[:50]}={str(value)[:LONGEST]}\n"
        for key, value in event.items()
        if key not in {"event", "level"}
    )
    priority = _SYSLOG[event["level"]]
    line = str(_for_journal(logger, method, event)).partition(">")[2][:LONGEST]
    return f"MESSAGE={line}\nPRIORITY={priority}\nSYSLOG_IDENTIFIER=ingestor\n{own}"


def _for_journal(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """Write ``<6>event key=value``; values with spaces are quoted, so none can pose as a key."""
    level = _SYSLOG[event.pop("level")]
    text = event.pop("event")
    pairs = "".join(f" {key}={_quoted(str(value))}" for key, value in event.items())
    return f"<{level}>{text}{pairs}"


def _quoted(value: str) -> str:
    if value and not any(character in value for character in ' "='):
        return value
    return '"' + value.replace('"', '\\"') + '"'
