"""The programs that are measured: how each is installed, set up, started and counted."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = Path(__file__).with_name("peers") / "requirements.txt"
BASELINE = "reader"
OURS = "ingestor"


class Unavailable(Exception):
    """A contender cannot run here; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A program that polls feeds into a SQLite file.

    Attributes:
        set_up: Prepares an empty folder for some feeds and gives the command that polls them once.
        database, table: Where the articles are counted after a poll.
        primers: Polls that it needs before it sends validators.
        does: What it does with an article.
    """

    name: str
    set_up: Callable[[Path, Sequence[str]], list[str]]
    database: str
    table: str
    primers: int = 1
    does: str

    def stored(self, folder: Path) -> int:
        """Count the articles in its database."""
        with closing(sqlite3.connect(folder / self.database)) as connection:
            (count,) = connection.execute(f"SELECT count(*) FROM {self.table}").fetchone()
        return int(count)


def ingestor() -> Contender:
    """This project, by its command line, in the interpreter that runs the benchmark."""

    def set_up(folder: Path, urls: Sequence[str]) -> list[str]:
        settings = [
            'database = "news.db"',
            '[fetch]\nallow_networks = ["127.0.0.0/8"]\nper_host_interval = 0',
            '[dedup]\nencoder = "none"',
            '[clean]\nfulltext = "never"',  # no other contender reads linked pages
            *(f'[[feeds]]\nurl = "{url}"\nname = "{url[-8:-4]}"' for url in urls),
        ]
        (folder / "news.toml").write_text("\n".join(settings))
        return [sys.executable, "-m", "ingestor", "poll", "-c", str(folder / "news.toml")]

    return Contender(
        name=OURS,
        set_up=set_up,
        database="news.db",
        table="articles",
        does="parse, clean, language, copies, anchors, stories, full-text index",
    )


def reader() -> Contender:
    """lemon24/reader, the baseline."""
    return _script(BASELINE, "with_reader", "entries", "parse, sanitise")


def textbook() -> Contender:
    """The script that one writes first."""
    return _script("textbook", "textbook", "articles", "parse, strip tags, copies (simhash)")


def newsboat() -> Contender:
    """Newsboat, without its screen."""
    program = shutil.which("newsboat")
    if program is None:
        raise Unavailable("newsboat is not installed: apt-get install newsboat")

    def set_up(folder: Path, urls: Sequence[str]) -> list[str]:
        (folder / "urls").write_text("\n".join(urls))
        (folder / "config").write_text("reload-threads 20\nmax-items 0\n")
        files = ["-u", folder / "urls", "-c", folder / "cache.db", "-C", folder / "config"]
        return ["env", "TERM=xterm", f"HOME={folder}", program, *map(str, files), "-x", "reload"]

    return Contender(
        name="newsboat",
        set_up=set_up,
        database="cache.db",
        table="rss_item",
        primers=2,  # it keeps validators only of feeds that its database already knows
        does="parse",
    )


def parse_alone(folder: Path) -> float:
    """Give the items that feedparser alone parses in a second, on one core.

    Raises:
        Unavailable: its environment cannot be installed.
    """
    command = [str(peers_python()), "-m", "benchmarks.peers.parse_alone", str(folder)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    items, seconds = map(float, told.split())
    return items / seconds


def version(name: str) -> str:
    """Give the pinned version of a peer."""
    pins = dict(line.split("==") for line in REQUIREMENTS.read_text().split() if "==" in line)
    return pins[name]


def work_done(folder: Path) -> str:
    """Say in numbers what the ingestor's database holds beyond the articles."""
    with closing(sqlite3.connect(folder / "news.db")) as connection:
        tables = ("removals", "fingerprints", "stories", "matches")
        counts = [
            f"{connection.execute(f'SELECT count(*) FROM {table}').fetchone()[0]:,} {table}"
            for table in tables
        ]
        languages = connection.execute("SELECT count(DISTINCT language) FROM articles").fetchone()
    return f"{', '.join(counts)}, {languages[0]} languages, every article in the full-text index"


def _script(name: str, module: str, table: str, does: str) -> Contender:
    python = str(peers_python())

    def set_up(folder: Path, urls: Sequence[str]) -> list[str]:
        (folder / "urls").write_text("\n".join(urls))
        arguments = [str(folder / "peer.db"), str(folder / "urls")]
        return [python, "-m", f"benchmarks.peers.{module}", *arguments]

    return Contender(name=name, set_up=set_up, database="peer.db", table=table, does=does)


def peers_python() -> Path:
    """Give the interpreter of the peers' environment, made at first use, anew for other versions.

    Raises:
        Unavailable: pip failed.
    """
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    home = ROOT / "build" / f"bench-peers-{digest}"
    python = home / "bin" / "python"
    if (home / "complete").exists():
        return python
    venv.create(home, clear=True, with_pip=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "-r", str(REQUIREMENTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_plain())
    if done.returncode:
        raise Unavailable(f"pip cannot install {REQUIREMENTS.name}: {done.stderr.strip()[-300:]}")
    (home / "complete").write_text(json.dumps({"python": sys.version}))
    return python


def _plain() -> dict[str, str]:
    return {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
