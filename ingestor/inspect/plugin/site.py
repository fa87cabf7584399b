"""What all pages share: how one is made, what it may do in a browser, how values are shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode, urlsplit

from babel import Locale, UnknownLocaleError
from datasette import NotFound, Response, plugins
from datasette.utils import tilde_decode

from ingestor.store.browse import is_ours
from ingestor.store.store import Store

View = Callable[[Any, Any], Awaitable[Any]]
Context = Mapping[str, object]

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:;"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-cache",
    }
)
"""Stored text is hostile: nothing runs, nothing is loaded, nobody learns where a link was."""

PAGES = (("stories", "Stories"), ("day", "The day"), ("feeds", "Feeds"), ("search", "Search"))
"""The pages that are linked everywhere, by path and name."""

LONGEST_TAG = 35
"""Characters. Source: RFC 5646 §4.4.1."""

_RIGHT_TO_LEFT = frozenset(
    ("ar", "arc", "ckb", "dv", "fa", "he", "ku", "ks", "ps", "sd", "syr", "ug", "ur", "yi")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a page was asked for.

    Attributes:
        path: The named parts of its address.
        query: The first value of each parameter of the query.
        several: All the values of each.
        base: What the addresses of all pages begin with.
    """

    base: str = ""
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    several: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def number(self, name: str) -> int | None:
        """A positive whole number of the query; None if it is none."""
        text = self.query.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None

    def link(self, page: str, **changes: object) -> str:
        """The address of a page with the present query, changed; None takes a parameter out."""
        chosen = {k: v for k, v in {**self.query, **changes}.items() if v not in {None, ""}}
        return f"{self.base}{page}?{urlencode(chosen)}" if chosen else f"{self.base}{page}"


Read = Callable[[Store, Ask], Context | None]
"""Reads what a page shows, in a thread of the database; None if there is no such thing."""


async def is_newsroom(database: Any) -> bool:
    """Tell whether a database of Datasette's is one of ours."""
    return bool(await database.execute_fn(is_ours))


def page(name: str, read: Read) -> View:
    """Make a view of a template and the function that reads what it shows."""

    async def view(datasette: Any, request: Any) -> Any:
        database_name = tilde_decode(request.url_vars["database"])
        await datasette.ensure_permissions(
            request.actor, [("view-database", database_name), "view-instance"]
        )
        try:
            database = datasette.get_database(database_name)
        except KeyError:
            raise NotFound(f"Database not found: {database_name}") from None
        if not await is_newsroom(database):
            raise NotFound(f"{database_name} is no database of the ingestor")
        asked = Ask(
            base=f"{datasette.urls.database(database_name)}/-/",
            path={k: v for k, v in request.url_vars.items() if v is not None},
            query={key: request.args.get(key) for key in request.args},
            several={key: tuple(request.args.getlist(key)) for key in request.args},
        )
        found = await database.execute_fn(
            lambda connection: _read(connection, database.path, read, asked)
        )
        if found is None:
            return await missing(datasette, request, database_name)
        return await _answer(datasette, request, asked, name, found)

    return view


async def missing(datasette: Any, request: Any, database: str) -> Any:
    """Answer that there is no such thing.

    Args:
        datasette: Serves the pages.
        request: That asks for it.
        database: Whose pages are offered instead.
    """
    asked = Ask(base=f"{datasette.urls.database(database)}/-/")
    return await _answer(datasette, request, asked, "missing", {}, 404)


async def _answer(
    datasette: Any, request: Any, asked: Ask, name: str, found: Context, status: int = 200
) -> Any:
    context = {
        **SHOWN,
        "ask": asked,
        "page": name,
        "data": asked.base.removesuffix("/-/"),
        "pages": PAGES,
        "style": datasette.urls.path(static("newsroom.css")),
        **found,
    }
    html = await datasette.render_template(f"ingestor/{name}.html", context, request=request)
    return Response.html(html, status=status, headers=dict(HEADERS))


def _read(connection: Any, path: str | None, read: Read, asked: Ask) -> Context | None:
    with Store.over(connection, Path(path or ":memory:")) as store:
        return read(store, asked)


@cache  # what is installed does not change
def static(file: str) -> str:
    """The path of a file in `static`: Datasette names the folder by how the plugin was registered.

    Args:
        file: Its name.
    """
    own = str(files(__package__) / "static")
    (name,) = (plugin["name"] for plugin in plugins.get_plugins() if plugin["static_path"] == own)
    return f"/-/static-plugins/{name}/{file}"


# --- how values are shown ----------------------------------------------------------------


def direction(language: str) -> str:
    """Which way a text runs, for ``dir``; of an unknown language the first letter decides."""
    if not language:
        return "auto"
    return "rtl" if language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def language_name(tag: str) -> str:
    """The English name of a language, or the tag itself where it has none."""
    try:
        return Locale.parse(tag, sep="-").get_display_name("en") or tag
    except (ValueError, UnknownLocaleError):
        return tag[:LONGEST_TAG] or "unknown"


def web(url: str) -> str:
    """The address if a browser may be sent there, else empty: no ``javascript:``, no ``file:``."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme.lower() in {"http", "https"} and parts.hostname else ""


def host(url: str) -> str:
    """The host of an address, as a person knows it; the beginning of anything that has none."""
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        name = ""
    return name.removeprefix("www.") or url[:60]


def on(day: date) -> str:
    """A day in full, such as Monday, 23 November 2026."""
    return f"{day:%A}, {day.day} {day:%B %Y}"


def at(moment: datetime | None) -> str:
    """A moment to the minute, in UTC."""
    if moment is None:
        return "never"
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%b %Y, %H:%M}"


def words(identifier: str) -> str:
    """The name of a rule or an outcome as words."""
    return identifier.replace("_", " ")


def count(number: int, one: str, many: str = "") -> str:
    """A number and what it counts, such as 1,204 articles."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


SHOWN: Mapping[str, object] = MappingProxyType(
    {
        function.__name__: function
        for function in (direction, language_name, web, host, on, at, words, count)
    }
)
"""What templates may call."""
