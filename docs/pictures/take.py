"""Take the pictures of the manual: the pages of `ingestor inspect` over the sample newsroom.

::

    python docs/pictures/take.py      (make pictures)

Needs Debian's chromium, and fonts for all the scripts of the newsroom: fonts-noto-core and
fonts-noto-cjk.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from shutil import which
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

HERE = Path(__file__).parent
INGESTOR = (sys.executable, "-m", "ingestor")
Scheme = Literal["light", "dark"]
DESK: tuple[tuple[str, str, Scheme], ...] = (
    ("story.png", "story/15", "light"),
    ("day.png", "day/2026-03-02", "dark"),
    ("article.png", "article/7", "light"),
)
PHONE: tuple[tuple[str, Scheme], ...] = (
    ("stories?day=2026-03-03", "light"), ("story/38", "light"), ("day/2026-03-02", "dark"),
)  # fmt: skip
MOST_BYTES = 200_000


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
        for name, page, scheme in DESK:
            picture = shot(browser, f"{address}/{page}", scheme, {"width": 1100, "height": 760})
            save(Image.open(BytesIO(picture)), name)
        size: ViewportSize = {"width": 390, "height": 844}
        phones = [shot(browser, f"{address}/{page}", scheme, size) for page, scheme in PHONE]
        save(beside(phones), "phone.png")
        browser.close()
    large = [p.name for p in HERE.glob("*.png") if p.stat().st_size > MOST_BYTES]
    if large:
        raise SystemExit(f"larger than {MOST_BYTES} bytes: {', '.join(large)}")


def shot(browser: Browser, url: str, scheme: Scheme, size: ViewportSize) -> bytes:
    """Take what a window of this size shows."""
    tab = browser.new_page(viewport=size, color_scheme=scheme)
    tab.goto(url)
    return tab.screenshot()


def beside(pictures: Sequence[bytes], gap: int = 24) -> Image.Image:
    """Put pictures of one size beside each other."""
    images = [Image.open(BytesIO(picture)).convert("RGB") for picture in pictures]
    width, height = images[0].size
    whole = Image.new("RGB", (gap + len(images) * (width + gap), height + 2 * gap), "#8a8578")
    for number, image in enumerate(images):
        whole.paste(image, (gap + number * (width + gap), gap))
    return whole


def save(image: Image.Image, name: str) -> None:
    """Write few colours, which is all that letters and bars need."""
    few = image.convert("RGB").quantize(128, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(HERE / name, optimize=True)


if __name__ == "__main__":
    main()
