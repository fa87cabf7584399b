"""What README and manual say is so: commands and settings exist, TOML loads, links lead on."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from ingestor.cli.app import PLACES
from ingestor.config import Settings
from ingestor.models import Feed

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def settings() -> set[str]:
    sections = {f.name: getattr(Settings(), f.name) for f in fields(Settings)}
    found = {f"{s}.{f.name}" for s, v in sections.items() if is_dataclass(v) for f in fields(v)}
    return found | {f"feeds.{field.name}" for field in fields(Feed)}


@pages
def test_every_command_that_is_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^\s*(?:\$ |sudo )?|`)ingestor ([a-z]+)\b", text, re.MULTILINE))
    assert named - set(PLACES) <= {"needs", "and", "is"}


@pages
def test_every_setting_that_is_named_exists(page: Path) -> None:
    sections = "fetch|schedule|clean|dedup|store|publish|metrics|log|feeds"
    named = re.findall(rf"`((?:{sections})\.[a-z_]+)`", page.read_text(encoding="utf-8"))
    assert {name for name in named if not name.endswith((".py", ".db"))} <= settings()


@pages
def test_every_toml_loads(page: Path) -> None:
    for block in re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        tomllib.loads(block)


@pages
def test_every_internal_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    inner = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in inner if not (page.parent / link).exists()] == []
