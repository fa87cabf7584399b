"""The pages in headless Chromium: no script runs, nothing overflows, anyone can use them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

pytest.importorskip("datasette", reason="Datasette (extra `inspect`) is not installed")
driver = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium was found: apt-get install chromium"
)

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
DESKTOP: ViewportSize = {"width": 1240, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
PAGES = (
    "stories", "story/1", "story/1?with=2&with=3&with=4", "article/1", "article/2", "article/5",
    "day", "day/2020-01-01", "feeds", "feeds?health=failing", "stories?language=zz",
    "search", "search?q=window+owned", "search?q=larnova", "search?q=zzz&language=de", "story/99",
)  # fmt: skip


@dataclass(slots=True)
class Visit:
    """A page that was opened, and what happened meanwhile."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with driver.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS])
        yield opened
        opened.close()


@pytest.fixture(scope="module", params=["calm", "hostile"])
def address(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[str]:
    """Where `ingestor inspect` serves a database."""
    database: Path = request.getfixturevalue(request.param)
    config = tmp_path_factory.mktemp("config") / "ingestor.toml"
    config.write_text(f'database = "{database}"\n[[feeds]]\nurl = "https://a.example/rss"\n')
    with served(config) as url:
        yield url


@pytest.fixture(scope="module")
def sample(tmp_path_factory: Any) -> Iterator[str]:
    """Where `ingestor inspect` serves the sample newsroom."""
    folder: Path = tmp_path_factory.mktemp("sample") / "demo"
    command = [sys.executable, "-m", "ingestor", "demo", "--directory", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with served(folder / "newsroom.toml") as url:
        yield url


@contextmanager
def served(config: Path) -> Iterator[str]:
    """Run `ingestor inspect`; give its address."""
    command = [sys.executable, "-m", "ingestor", "inspect", "-c", str(config), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            for line in process.stderr:
                if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                    yield found[0]
                    break
            else:
                pytest.fail("it did not start")
        finally:
            process.terminate()


def visit(browser: Browser, url: str) -> Visit:
    """Open a page on a desk."""
    page = browser.new_page(viewport=DESKTOP)
    found = Visit(page=page)
    page.on("console", lambda message: found.complaints.append(message.text))
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.on("dialog", lambda dialog: found.complaints.append(dialog.message))
    page.on("request", lambda request: found.asked.append(request.url))
    page.goto(url)
    return found


TABLES = (
    "", "news", "news/articles", "news/articles/1", "news/matches", "news/feeds", "news/polls",
    "news/removals", "news/duplicates", "news/who_copies_whom", "news/story?story=1",
)  # fmt: skip


@pytest.mark.parametrize("path", TABLES)
def test_the_tables_behind_run_nothing_stored(browser: Browser, address: str, path: str) -> None:
    opened = visit(browser, f"{address}/{path}")
    assert opened.complaints == []
    assert opened.page.evaluate("window.owned") is None
    opened.page.close()


@pytest.mark.parametrize("path", TABLES[1:])
def test_the_tables_behind_can_be_read_in_the_dark_and_on_a_phone(
    browser: Browser, address: str, path: str
) -> None:
    page = visit(browser, f"{address}/{path}").page
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(CONTRAST) == [], scheme
    page.set_viewport_size(PHONE)
    assert page.evaluate(OVERFLOW) <= 0
    page.close()


@pytest.mark.parametrize("address", ["calm"], indirect=True)
def test_the_menu_of_datasettes_tables_works(browser: Browser, address: str) -> None:
    opened = visit(browser, f"{address}/news/matches?_facet=relation")
    opened.page.click("th.col-relation svg.dropdown-menu-icon")
    opened.page.wait_for_selector(".dropdown-menu >> text=Sort ascending", timeout=5_000)
    assert opened.complaints == []
    opened.page.close()


OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Letters 4.5 to 1, drawings 3 to 1. Source: WCAG 2.2, 1.4.3 and 1.4.11.
CONTRAST = r"""
() => {
  const parse = text => text.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const found = parse(getComputedStyle(e).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || element.closest('svg, [aria-hidden]')) continue;
    if (!element.checkVisibility() || element.closest('.CodeMirror-code')) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${element.className || element.tagName} ${ratio.toFixed(2)}`);
  }
  for (const shape of document.querySelectorAll('svg rect, svg circle, svg path')) {
    const { fill, stroke } = getComputedStyle(shape);
    const ink = parse(fill === 'none' ? stroke : fill);
    const [a, b] = [light(ink), light(ground(shape.closest('svg')))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 3) poor.push(`${shape.className.baseVal} ${ratio.toFixed(2)}`);
  }
  return [...new Set(poor)];
}
"""
FAULTS = r"""
() => {
  const faults = [];
  const named = e => (e.textContent + (e.getAttribute('aria-label') || '')).trim();
  for (const link of document.querySelectorAll('a, button'))
    if (!named(link)) faults.push(`no words: ${link.outerHTML.slice(0, 80)}`);
  for (const field of document.querySelectorAll('input, select'))
    if (!field.labels.length) faults.push(`no label: ${field.outerHTML.slice(0, 80)}`);
  for (const drawn of document.querySelectorAll('svg'))
    if (!drawn.closest('[aria-hidden]') && !drawn.getAttribute('aria-label'))
      faults.push(`no name: ${drawn.outerHTML.slice(0, 80)}`);
  let level = 0;
  for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) faults.push(`h${next} after h${level}`);
    level = next;
  }
  if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1');
  if (document.querySelectorAll('main').length !== 1) faults.push('not one main');
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  if (new Set(ids).size < ids.length) faults.push('an id twice');
  if (!document.documentElement.lang || !document.title) faults.push('no language or title');
  return faults;
}
"""


FOCUS = """
() => {
  const focused = document.activeElement;
  return [focused.outerHTML, getComputedStyle(focused).outlineStyle, focused.tagName];
}
"""


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_nothing_overflows_nowhere_and_can_be_used(
    browser: Browser, address: str, path: str
) -> None:
    check(visit(browser, f"{address}/news/-/{path}"), f"{address}/news", address)


@pytest.mark.parametrize(
    "path",
    ["stories", "story/1", "story/15", "story/38", "article/7", "day/2026-03-02", "feeds",
     "search?q=Hafen"],
)  # fmt: skip
def test_the_sample_newsroom_can_be_used(browser: Browser, sample: str, path: str) -> None:
    check(visit(browser, f"{sample}/newsroom/-/{path}"), f"{sample}/newsroom", sample)


def check(opened: Visit, *origins: str) -> None:
    """Nothing runs, nothing overflows, nothing is hard to read, nothing comes from elsewhere."""
    page = opened.page
    assert [text for text in opened.complaints if "404" not in text] == []
    asked = {url.split("/-/")[0] for url in opened.asked if not url.startswith("data:")}
    assert asked == set(origins)
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        assert page.evaluate(OVERFLOW) <= 0, size
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(CONTRAST) == [], scheme
    assert page.evaluate(FAULTS) == []
    assert page.evaluate("window.owned") is None
    page.close()


def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    browser: Browser, address: str
) -> None:
    page = visit(browser, f"{address}/news/-/stories").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUS)
        if focused[2] == "BODY":
            break
        assert focused[1] != "none", focused[0]
        reached.add(focused[2])
    assert {"A", "SELECT", "INPUT", "BUTTON"} <= reached
    page.close()
