"""What each setting means, which values it takes, and its default: the manual's words.

Meanings are the ``Attributes`` of the docstrings beside the settings, ranges those that are
checked; nothing is stated twice.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from ingestor.config.reader import Document, FeedTable
from ingestor.config.settings import Settings
from ingestor.config.types import Form, Retention, format_duration

_ATTRIBUTE = re.compile(r" {4}(\w+): (.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting.

    Attributes:
        name: With its section, as in ``fetch.timeout``.
        values: Which values it takes, in a few words.
        default: As it is written in TOML; empty if it must be given or follows from another.
        required: It must be given.
        meaning: One or more sentences; code stands between double backticks.
    """

    name: str
    values: str
    default: str
    meaning: str
    required: bool = False


def settings() -> Iterator[Setting]:
    """Describe every setting of the file but those of the feeds, in their order."""
    meanings = _attributes(Settings)
    for name, field in Document.model_fields.items():
        section = field.default
        if name == "feeds":
            continue
        if hasattr(section, "__dataclass_fields__"):
            yield from _section(name, type(section), section)
        else:
            hint = get_type_hints(Document, include_extras=True)[name]
            yield Setting(
                name=name,
                values=_values(hint),
                default=_toml(section, hint),
                meaning=meanings[name],
            )


def feed_settings() -> Iterator[Setting]:
    """Describe the settings of one feed."""
    meanings, hints = _attributes(FeedTable), get_type_hints(FeedTable, include_extras=True)
    for name, field in FeedTable.model_fields.items():
        follows = field.is_required() or field.default is None or name == "name"
        yield Setting(
            name=f"feeds.{name}",
            values=_values(hints[name]),
            default="" if follows else _toml(field.default, hints[name]),
            meaning=meanings[name],
            required=field.is_required(),
        )


def _section(name: str, kind: type, section: object) -> Iterator[Setting]:
    meanings, hints = _attributes(kind), get_type_hints(kind, include_extras=True)
    for key, hint in hints.items():
        yield Setting(
            name=f"{name}.{key}",
            values=_values(hint),
            default=_toml(getattr(section, key), hint),
            meaning=meanings[key],
        )


def _attributes(kind: type) -> Mapping[str, str]:
    """Read the section ``Attributes`` of a docstring."""
    found: dict[str, str] = {}
    name = ""
    _, _, text = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:\n")
    for line in text.splitlines():
        if begun := _ATTRIBUTE.fullmatch(line):
            name = begun[1]
            found[name] = begun[2]
        elif name:
            found[name] += f" {line.strip()}"
    return found


def _values(hint: Any) -> str:
    """Say which values a type takes."""
    if get_origin(hint) is Literal:
        return ", ".join(f'``"{value}"``' for value in get_args(hint))
    if get_origin(hint) is tuple:
        return f"list of {_values(get_args(hint)[0])}s"
    if get_origin(hint) is Annotated:
        kind, *marks = get_args(hint)
        if words := next((mark.words for mark in marks if isinstance(mark, Form)), ""):
            return words
        return _range(kind, marks)
    options = [option for option in get_args(hint) if option is not type(None)]
    return _values(options[0]) if options else "text"


def _range(kind: type, marks: list[Any]) -> str:
    if kind is bool:
        return "``true``, ``false``"
    bounds = [bound for mark in marks for bound in getattr(mark, "metadata", ())]
    low = next((bound.ge for bound in bounds if hasattr(bound, "ge")), None)
    high = next((bound.le for bound in bounds if hasattr(bound, "le")), None)
    return "text" if low is None or high is None else f"{low:,} to {high:,}"


def _toml(value: object, hint: Any) -> str:
    """Write a default as TOML."""
    if value is None:
        return '"forever"' if hint == Retention else '""'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        return f'"{format_duration(value)}"'
    if isinstance(value, time):
        return f'"{value:%H:%M}"'
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(item, None) for item in value)}]"
    return f'"{value}"' if isinstance(value, (str, Path)) else str(value)
