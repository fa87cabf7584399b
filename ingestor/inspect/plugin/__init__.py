"""The Datasette plugin: pages for people over a database of the ingestor, and SQL functions.

It acts on databases that this program wrote and leaves all others alone, so it may be installed
in any Datasette. Source: https://docs.datasette.io/en/stable/plugin_hooks.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from datasette import hookimpl
from markupsafe import Markup

from ingestor.inspect import recipes
from ingestor.inspect.functions import FUNCTIONS
from ingestor.inspect.plugin import article, day, feeds, front, search, story
from ingestor.inspect.plugin.site import PAGES, View, is_newsroom, page, static

F = TypeVar("F", bound=Callable[..., Any])
hook: Callable[[F], F] = hookimpl  # Datasette has no type hints


@hook
def register_routes() -> Sequence[tuple[str, View]]:
    """The pages; `<database>/-/` is where plugins put pages about a database."""
    number = r"(?P<number>\d{1,18})"
    return [
        (r"/(?P<database>[^/]+)/-/stories$", page("stories", front.read)),
        (rf"/(?P<database>[^/]+)/-/story/{number}$", page("story", story.read)),
        (rf"/(?P<database>[^/]+)/-/article/{number}$", page("article", article.read)),
        (r"/(?P<database>[^/]+)/-/day(?:/(?P<day>\d{4}-\d\d-\d\d))?$", page("day", day.read)),
        (r"/(?P<database>[^/]+)/-/feeds$", page("feeds", feeds.read)),
        (r"/(?P<database>[^/]+)/-/search$", page("search", search.read)),
    ]


@hook
def prepare_connection(conn: Any) -> None:
    """Add the SQL functions."""
    for name, function in FUNCTIONS.items():
        conn.create_function(name, 2, function, deterministic=True)


@hook
def database_actions(datasette: Any, database: str) -> Callable[[], Any]:
    """Offer the pages in the menu of the database."""

    async def actions() -> list[dict[str, str]]:
        if not await is_newsroom(datasette.get_database(database)):
            return []
        return _links(datasette, database)

    return actions


@hook
def canned_queries(datasette: Any, database: str) -> Callable[[], Any]:
    """Offer the recipes, each with a form for its parameters."""

    async def found() -> Mapping[str, Mapping[str, str]]:
        ours = await is_newsroom(datasette.get_database(database))
        return recipes.queries() if ours else {}

    return found


@hook
def menu_links(datasette: Any) -> Callable[[], Any]:
    """Offer the pages of every newsroom in the menu of every page."""

    async def links() -> list[dict[str, str]]:
        names = [name for name, its in datasette.databases.items() if await is_newsroom(its)]
        return [
            {**link, "label": f"{name}: {link['label']}" if len(names) > 1 else link["label"]}
            for name in names
            for link in _links(datasette, name)
        ]

    return links


_NUMBERS = MappingProxyType(
    {
        "story_id": "story",
        "article_id": "article",
        "other_article_id": "article",
        "canonical_article_id": "article",
        "cited_article_id": "article",
    }
)


@hook
def render_cell(
    datasette: Any, database: str, column: str, value: object
) -> Callable[[], Any] | None:
    """Make a link of the number of a story or an article, in views and queries.

    Tables name the row by its title already.
    """
    page = _NUMBERS.get(column)
    if page is None or not isinstance(value, int):
        return None

    async def cell() -> Markup | None:
        if not await is_newsroom(datasette.get_database(database)):
            return None
        base = datasette.urls.database(database)
        return Markup('<a href="{}/-/{}/{}">{}</a>').format(base, page, value, value)

    return cell


def _links(datasette: Any, database: str) -> list[dict[str, str]]:
    base = datasette.urls.database(database)
    return [{"href": f"{base}/-/{path}", "label": label} for path, label in PAGES]


@hook
def extra_css_urls(datasette: Any, database: str | None) -> Callable[[], Any]:
    """Give the tables of a newsroom the looks of its pages."""

    async def urls() -> list[str]:
        ours = database is not None and await is_newsroom(datasette.get_database(database))
        return [datasette.urls.path(static("tables.css"))] if ours else []

    return urls
