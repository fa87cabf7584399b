"""What is answered where an address leads nowhere: the page that says so, and nothing in the log.

Datasette would print the exception, and with rich installed fails where none was raised: at an
address that matches no route.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import Any, TypeVar

from datasette import NotFound, Response, hookimpl

from ingestor.inspect.plugin.site import missing

F = TypeVar("F", bound=Callable[..., Any])
around: Callable[[F], F] = hookimpl(hookwrapper=True)  # Datasette has no type hints


@around
def handle_exception(
    datasette: Any, request: Any, exception: Exception
) -> Generator[None, Any, None]:
    """Answer in the place of Datasette, whose answers to other faults stay."""
    outcome = yield
    if isinstance(exception, NotFound):
        outcome.force_result([partial(_answer, datasette, request, str(exception))])


async def _answer(datasette: Any, request: Any, reason: str) -> Any:
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "error": reason, "status": 404}, status=404)
    database = next(name for name in datasette.databases if not name.startswith("_"))
    return await missing(datasette, request, database)
