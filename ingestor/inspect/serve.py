"""Datasette over one database, for this machine alone: the pages, the tables and the queries."""

from __future__ import annotations

import base64
import errno
import hashlib
import logging
import re
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from importlib.resources import files
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from datasette.app import Datasette
from datasette.plugins import pm

from ingestor.errors import UsageError
from ingestor.inspect import missing, plugin

CELL = 180
"""Characters of a text that a table shows; the page of its row has all."""

HOST = "127.0.0.1"

App = Callable[..., Awaitable[None]]

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_ALLOW_FACET = "{{ datasette_allow_facet }}"  # the one value in a script, true or false


def datasette_for(database: Path, metadata: Mapping[str, object]) -> Any:
    """A Datasette with the plugin, that opens the database for reading only.

    Args:
        database: The file; the daemon may go on writing to it.
        metadata: Of its tables and columns, and the canned queries.
    """
    # Datasette has registered what is installed; if it was half imported then, without its hooks.
    if pm.is_registered(plugin):
        pm.unregister(plugin)
    pm.register(plugin, "ingestor")
    if not pm.is_registered(missing):
        pm.register(missing, "ingestor-missing")
    # Without its suggestions of facets, for which it reads each table once a column.
    settings = {"truncate_cells_html": CELL, "suggest_facets": False}
    return Datasette([str(database)], metadata=dict(metadata), settings=settings)


def application(datasette: Any, front: str) -> App:
    """The web application: Datasette's own, its root the front page, its pages under a policy.

    Args:
        datasette: With the plugin.
        front: The path of the front page.
    """
    app: App = datasette.app()
    policy = _policy().encode()

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        async def send_guarded(event: Any) -> None:
            if event["type"] == "http.response.start":
                event = {**event, "headers": _guard(event.get("headers", ()), policy)}
            await send(event)

        if scope["type"] == "http" and not _is_local(scope["headers"]):
            await _answer(send, 421, b"asked for by another name than that of this machine\n")
        elif scope["type"] == "http" and scope["path"] == "/":
            await _answer(send, 302, b"", (b"location", front.encode()))
        else:
            await app(scope, receive, send_guarded)

    return guarded


def serve(database: Path, metadata: Mapping[str, object], port: int) -> None:
    """Serve on 127.0.0.1 until interrupted.

    Args:
        database: The file.
        metadata: As for `datasette_for`.
        port: 0 takes a free one; the address is printed.

    Raises:
        UsageError: the port is taken, or not for everybody.
    """
    listener = _listen(port)
    datasette = datasette_for(database, metadata)
    front = f"{datasette.urls.database(next(iter(_served(datasette))))}/-/stories"
    app = application(datasette, front)
    server = uvicorn.Server(uvicorn.Config(app, log_level="info", access_log=False))
    address = f"http://{HOST}:{listener.getsockname()[1]}"
    logging.getLogger("uvicorn.error").info("Uvicorn running on %s (Ctrl-C ends it)", address)
    with suppress(KeyboardInterrupt):
        server.run([listener])


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        reason = "it is taken" if error.errno == errno.EADDRINUSE else error.strerror
        raise UsageError(
            f"cannot listen on port {port} of {HOST}, {reason}: choose another with --port"
            " (--port 0 takes any that is free)"
        ) from error


def _served(datasette: Any) -> list[str]:
    return [name for name in datasette.databases if not name.startswith("_")]


def _is_local(headers: Any) -> bool:
    """Tell whether a browser meant this machine.

    Else a page from elsewhere whose name leads to 127.0.0.1 (DNS rebinding) could read along.
    """
    named = next((value for name, value in headers if name == b"host"), b"localhost")
    try:
        host = urlsplit(f"//{named.decode('latin-1')}").hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


async def _answer(send: Any, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [length, *headers]})
    await send({"type": "http.response.body", "body": body})


def _guard(headers: Any, policy: bytes) -> list[tuple[bytes, bytes]]:
    """Add the policy where a page brings none of its own."""
    found = [tuple(pair) for pair in headers]
    if not any(name.lower() == b"content-security-policy" for name, _ in found):
        found += [
            (b"content-security-policy", policy),
            (b"referrer-policy", b"no-referrer"),
            (b"x-content-type-options", b"nosniff"),
        ]
    return found


def _policy() -> str:
    """What Datasette's own pages may do: run its own scripts, known by their hashes, and no other.

    Their styles are inline, some computed; a style can run nothing, and load nothing from outside.
    """
    digests = (hashlib.sha256(script.encode()).digest() for script in sorted(_scripts()))
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; script-src 'self' {hashes};"
        " style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _scripts() -> set[str]:
    """The inline scripts of Datasette's templates, as they are sent."""
    found: set[str] = set()
    for template in (files("datasette") / "templates").iterdir():
        if template.name.endswith(".html"):
            for script in _SCRIPT.findall(template.read_text(encoding="utf-8")):
                found |= {script.replace(_ALLOW_FACET, value) for value in ("true", "false")}
    return {script for script in found if "{{" not in script and "{%" not in script}
