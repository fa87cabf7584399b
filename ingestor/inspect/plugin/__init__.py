"""The Datasette plugin: pages for people over a database of the ingestor, and SQL functions.

It acts on databases that this program wrote and leaves all others alone, so it may be installed
in any Datasette. Source: https://docs.datasette.io/en/stable/plugin_hooks.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from datasette import hookimpl

from ingestor.inspect.functions import FUNCTIONS
from ingestor.inspect.plugin import article, day, feeds, front, search, story
from ingestor.inspect.plugin.site import View, is_newsroom, page

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
        base = datasette.urls.database(database)
        return [
            {"href": f"{base}/-/{path}", "label": label}
            for path, label in (("stories", "Stories"), ("day", "Day"), ("feeds", "Feeds"))
        ]

    return actions
