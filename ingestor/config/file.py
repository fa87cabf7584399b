"""Finding the configuration file and reading it as TOML."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from ingestor.errors import ConfigError

DEFAULT_PATHS = (Path("config/ingestor.toml"), Path("/etc/ingestor/ingestor.toml"))
MAX_FILE_BYTES = 8 << 20

_SYNTAX_POSITION = re.compile(r" \(at line (\d+), column (\d+)\)$")


def find(explicit: Path | None = None) -> Path:
    """Choose the file to read: the one asked for, else the first default that exists.

    Raises:
        ConfigError: none was asked for, and no default exists.
    """
    if explicit is not None:
        return explicit
    for path in DEFAULT_PATHS:
        if path.is_file():
            return path
    looked = " nor ".join(str(path) for path in DEFAULT_PATHS)
    raise ConfigError([f"no configuration: neither {looked} exists; name one with --config FILE"])


def read_text(path: Path) -> str:
    """Read the file as text.

    Raises:
        ConfigError: it cannot be read, or is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise ConfigError([f"{path}: larger than {MAX_FILE_BYTES >> 20} MiB"])
        return content.decode("utf-8-sig")
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror or error}"]) from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError([f"{path}:{line}: not UTF-8 text"]) from error
    except ValueError as error:  # a NUL in the path
        raise ConfigError([f"{str(path)!r}: {error}"]) from error


def parse_toml(path: Path, text: str) -> dict[str, Any]:
    """Read TOML.

    Raises:
        ConfigError: it is none; tells line and column.
    """
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ConfigError([f"{path}: nested too deeply"]) from error
    except ValueError as error:  # TOMLDecodeError, and int() on thousands of digits
        reason = str(error)
        match = _SYNTAX_POSITION.search(reason)
        place = f"{match[1]}:{match[2]}" if match else f"{text.count(chr(10)) + 1}"
        reason = _SYNTAX_POSITION.sub("", reason)
        raise ConfigError([f"{path}:{place}: not valid TOML: {reason}"]) from error
