"""Where the sample newsroom lies, what is true of it, and how to put a copy to work."""

from __future__ import annotations

import csv
import shutil
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIG = "newsroom.toml"


def path() -> Path:
    """The directory of the bundled newsroom; it may be read-only, so poll a copy (`place`)."""
    return Path(str(resources.files(__package__)))


def truth() -> Mapping[str, str]:
    """What a faultless reader would decide.

    Returns:
        The label of its story for each article of both editions. The key is the article's link as
        its feed gives it, made absolute, or its guid where it has no link that can be followed.
    """
    with (path() / "truth.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return MappingProxyType({row["url"]: row["story"] for row in rows})


def place(directory: Path) -> Path:
    """Put the newsroom, with its first edition, into a directory that is there.

    Returns:
        The configuration file, ready to be polled; its database will lie beside it.

    Raises:
        OSError: the directory is missing or cannot be written.
    """
    shutil.copytree(path() / "feeds", directory / "feeds", dirs_exist_ok=True)
    return Path(shutil.copyfile(path() / CONFIG, directory / CONFIG))


def publish_later(directory: Path) -> None:
    """Put the second edition over the first: an update, a republication and another day's report.

    Raises:
        OSError: no newsroom was placed there, or it cannot be written.
    """
    for feed in sorted((path() / "feeds_later").iterdir()):
        shutil.copyfile(feed, directory / "feeds" / feed.name)
