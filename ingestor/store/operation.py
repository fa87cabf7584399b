"""How functions of a connection become operations of the store.

The modules beside this one hold plain functions of a `sqlite3.Connection`, grouped by what they
are about. Wrapped by `reading` or `writing` they take a store instead, so that no connection and
no sqlite error leaves this package.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlite_utils import Database

from ingestor.store.database import translate

P = ParamSpec("P")
T = TypeVar("T")


class Opened(Protocol):
    """An open store, as far as an operation sees it."""

    @property
    def path(self) -> Path:
        """Where the database lies, for messages."""

    @property
    def db(self) -> Database:
        """The one connection; for this package only."""


def reading(
    function: Callable[Concatenate[sqlite3.Connection, P], T],
) -> Callable[Concatenate[Opened, P], T]:
    """Make a function of a connection one of a store, whose errors are `StoreError`."""

    @wraps(function)
    def operation(store: Opened, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(store.db.conn, *args, **kwargs)
        except sqlite3.Error as error:
            translated = translate(error, store.path)
            if translated is None:
                raise
            raise translated from error

    return operation


def writing(
    function: Callable[Concatenate[sqlite3.Connection, P], T],
) -> Callable[Concatenate[Opened, P], T]:
    """Like `reading`, for what must happen within `Store.transaction`."""
    inner = reading(function)

    @wraps(function)
    def operation(store: Opened, /, *args: P.args, **kwargs: P.kwargs) -> T:
        if not store.db.conn.in_transaction:
            raise RuntimeError(f"{function.__name__}: no transaction is open")
        return inner(store, *args, **kwargs)

    return operation
