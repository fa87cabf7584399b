"""Take the pictures of the manual: the pages of `ingestor inspect` over the sample newsroom.

::

    python docs/pictures/take.py      (make pictures; needs Debian's chromium)
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import Literal

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
INGESTOR = (sys.executable, "-m", "ingestor")
PICTURES: tuple[tuple[str, str, Literal["light", "dark"]], ...] = (
    ("story.png", "story/1", "light"),
    ("day.png", "day/2026-03-02", "dark"),
)


@contextmanager
def newsroom(folder: Path) -> Iterator[str]:
    """Serve the pages of a fresh demo; give the address of its pages."""
    subprocess.run(
        (*INGESTOR, "demo", "--directory", folder), check=True, stdout=subprocess.DEVNULL
    )
    command = (*INGESTOR, "inspect", "-c", folder / "newsroom.toml", "--port", "0")
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            lines = process.stderr or ()
            found = (re.search(r"http://127\.0\.0\.1:\d+", line) for line in lines)
            yield f"{next(match[0] for match in found if match)}/newsroom/-"
        finally:
            process.terminate()


def main() -> None:
    """Write the pictures beside this file."""
    flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    with (
        tempfile.TemporaryDirectory() as folder,
        newsroom(Path(folder) / "demo") as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=flags)
        for name, page, scheme in PICTURES:
            tab = browser.new_page(viewport={"width": 1100, "height": 760}, color_scheme=scheme)
            tab.goto(f"{address}/{page}")
            tab.screenshot(path=HERE / name)
        browser.close()


if __name__ == "__main__":
    main()
