"""What README and manual say is so: commands and settings exist, TOML loads, links lead on."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
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
    links = re.findall(r"\]\(([^)\s]+)", page.read_text(encoding="utf-8"))
    inner = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    lost = []
    for link in inner:
        file, _, anchor = link.partition("#")
        target = page.parent / file if file else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


def anchors(page: Path) -> set[str]:
    """What a page's headings are called in links, as mkdocs does it."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    plain = [re.sub(r"[^\w\s-]", "", heading).strip().lower() for heading in headings]
    return {re.sub(r"[-\s]+", "-", heading) for heading in plain}


@pages
def test_every_target_of_make_that_is_named_exists(page: Path) -> None:
    named = re.findall(r"(?:^\s*(?:\$ )?|`)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE)
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(named) <= set(targets)


def test_what_follows_from_the_code_is_up_to_date() -> None:
    command = [sys.executable, "-m", "docs.generate", "--check"]
    done = subprocess.run(command, check=False, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert (done.stdout, done.returncode) == ("", 0)


@pytest.mark.parametrize("page", sorted((ROOT / "docs/man").iterdir()), ids=lambda p: p.name)
@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["mandoc", "-T", "lint", "-W", "warning"], id="mandoc"),
        pytest.param(["groff", "-ww", "-z", "-man", "-K", "utf-8"], id="groff"),
    ],
)
def test_a_man_page_is_clean(command: list[str], page: Path) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} (Debian package of that name)")
    done = subprocess.run(
        [*command, page], check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    # They have no date, for they change with the program.
    assert [line for line in done.stdout.splitlines() if "missing date" not in line] == []


def test_the_manual_in_the_terminal_has_every_command_and_setting() -> None:
    commands = (ROOT / "docs/man/ingestor.1").read_text(encoding="utf-8")
    assert [name for name in PLACES if f".SS ingestor {name}" not in commands] == []
    file = (ROOT / "docs/man/ingestor.toml.5").read_text(encoding="utf-8")
    assert [name for name in settings() if f".BR {name.split('.')[-1]} " not in file] == []


def test_every_page_is_in_the_manual() -> None:
    listed = re.findall(r"(\w[\w-]*\.md)", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(page.name for page in PAGES if page.name != "README.md")


def test_pictures_are_shown_somewhere_and_small() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    shown = set(re.findall(r"pictures/([\w-]+\.png)", text))
    files = {path.name: path.stat().st_size for path in (ROOT / "docs/pictures").glob("*.png")}
    assert shown == set(files)
    assert [name for name, size in files.items() if size > 200_000] == []


def test_the_changelog_says_nothing_twice() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    items = [
        " ".join(item.split()) for item in re.findall(r"^- (.*?)(?=^[-#]|\Z)", text, re.M | re.S)
    ]
    assert len(items) > 30
    assert [item for item in items if items.count(item) > 1] == []
