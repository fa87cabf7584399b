"""What kind of document came, seen from its first characters."""

from __future__ import annotations

import re
from typing import Final

from ingestor.parse.obstacle import obstacle
from ingestor.parse.text import plain

_HEAD: Final = 16 * 1024  # characters; a prolog that is longer is not worth a look
_ROOT: Final = re.compile(r"<!--.*?-->|<([A-Za-z_][\w:.-]*)", re.DOTALL)
_HTML_TITLE: Final = re.compile(r"<title\b[^>]*>([^<]{0,500})", re.IGNORECASE)


def root_name(text: str) -> str:
    """Return the name of the root element as written, or empty."""
    return next((m[1] for m in _ROOT.finditer(text, 0, _HEAD) if m[1]), "")


def is_html(text: str) -> bool:
    """Whether it is a web page, by its root."""
    return root_name(text).lower() in {"html", "head", "body"}


def describe(text: str, url: str = "") -> str:
    """Say in a few words what a document, fetched from there, is that is not a feed."""
    if is_html(text):
        if stands_in_the_way := obstacle(text, url):
            return stands_in_the_way
        title = _HTML_TITLE.search(text, 0, _HEAD)
        return f'an HTML page titled "{plain(title[1], 80)}"' if title else "an HTML page"
    if name := root_name(text):
        return f"a document whose root is <{name[:40]}>"
    if text.startswith(("{", "[")):
        return "a JSON document that is no JSON Feed"
    return f'text that begins "{plain(text[:200], 40)}"'
