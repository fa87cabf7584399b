"""The news agencies that are known, and how they are written."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@cache  # the file is part of the package: reading it again would give the same
def spellings() -> Mapping[str, str]:
    """The name of an agency by each of its spellings. Case counts: "AP" is no "ap"."""
    text = (files("ingestor.clean") / "agencies.toml").read_text(encoding="utf-8")
    table: dict[str, list[str]] = tomllib.loads(text)["agencies"]
    return MappingProxyType({s: name for name, written in table.items() for s in written})
