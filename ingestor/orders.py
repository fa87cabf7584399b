"""Commands that write: done by the daemon while it runs, so that there are never two writers.

A command and its arguments are values that JSON knows. `place` brings them to whoever holds the
database; `carry_out` does them there, in the database's one thread. What takes long is done in
steps, between which others write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import asdict
from datetime import datetime
from types import MappingProxyType

from ingestor import boilerplate, control, housekeeping, rulings
from ingestor.config import Settings
from ingestor.errors import LockedError, UsageError
from ingestor.ledger import Ledger
from ingestor.lock import Lock

Arguments = Mapping[str, object]


def place(
    settings: Settings, command: str, now: datetime, **arguments: object
) -> Mapping[str, object]:
    """Carry out a command here, or have the daemon do it if one runs.

    Raises:
        LockedError: another process works on the database, and it is no daemon.
        IngestorError: whatever speaks against the command.
    """
    *_, answer = place_in_steps(settings, command, now, **arguments)
    return answer


def place_in_steps(
    settings: Settings, command: str, now: datetime, **arguments: object
) -> Iterator[Mapping[str, object]]:
    """The same for what takes long: step after step until one is finished; give what each came to.

    A step is whole: where this is interrupted, those before it are stored.

    Raises:
        LockedError: another process works on the database, and it is no daemon.
        IngestorError: what ended a step.
    """
    with ExitStack() as stack:
        step = _bearer(stack, settings, now)
        answer = step(command, arguments)
        yield answer
        while not answer.get("finished", True):
            answer = step(command, arguments)
            yield answer


def _bearer(
    stack: ExitStack, settings: Settings, now: datetime
) -> Callable[[str, Arguments], Mapping[str, object]]:
    """Find who holds the database: this process for as long as the stack is open, or the daemon."""
    try:
        stack.enter_context(Lock(settings.database))
    except LockedError:
        if not control.is_served(settings.database):
            raise
        return lambda command, arguments: control.ask(settings.database, command, **arguments)
    ledger = stack.enter_context(closing(Ledger.open(settings, now)))
    return lambda command, arguments: carry_out(ledger, command, arguments, now)


def carry_out(
    ledger: Ledger, command: str, arguments: Arguments, now: datetime
) -> Mapping[str, object]:
    """Do what was ordered.

    Raises:
        UsageError: nobody here knows the command, or its arguments are wrong.
    """
    if command not in _ORDERS:
        raise UsageError(f"the daemon does not know {command!r}")
    return _ORDERS[command](ledger, arguments, now)


def _prune(ledger: Ledger, arguments: Arguments, now: datetime) -> Mapping[str, object]:
    step = housekeeping.prune(ledger, _moment(arguments, "before"), now)
    return {
        "articles": len(step.article_ids),
        "stories": step.stories,
        "finished": step.finished,
    }


def _split(ledger: Ledger, arguments: Arguments, now: datetime) -> Mapping[str, object]:
    other = None if arguments.get("other") is None else _number(arguments, "other")
    return asdict(rulings.split(ledger, _number(arguments, "article"), other, now))


def _join(ledger: Ledger, arguments: Arguments, now: datetime) -> Mapping[str, object]:
    article, other = _number(arguments, "article"), _number(arguments, "other")
    return asdict(rulings.join(ledger, article, other, now))


def _pin(ledger: Ledger, arguments: Arguments, now: datetime) -> Mapping[str, object]:
    return asdict(rulings.pin(ledger, _number(arguments, "article"), now))


def _undo(ledger: Ledger, arguments: Arguments, now: datetime) -> Mapping[str, object]:
    return asdict(rulings.undo(ledger, _number(arguments, "article"), now))


def _boilerplate(ledger: Ledger, arguments: Arguments, now: datetime) -> Mapping[str, object]:
    number = _number(arguments, "number")
    match arguments.get("switch"):
        case ("auto" | "on" | "off") as word:
            return asdict(boilerplate.switch(ledger, number, word, now))
    raise UsageError("switch must be auto, on or off")


_ORDERS: Mapping[str, Callable[[Ledger, Arguments, datetime], Mapping[str, object]]] = (
    MappingProxyType(
        {
            "prune": _prune,
            "split": _split,
            "join": _join,
            "pin": _pin,
            "undo": _undo,
            "boilerplate": _boilerplate,
        }
    )
)


def _number(arguments: Arguments, name: str) -> int:
    match arguments.get(name):
        case bool():
            pass
        case int(number):
            return number
    raise UsageError(f"{name} must be a number")


def _moment(arguments: Arguments, name: str) -> datetime:
    try:
        return datetime.fromisoformat(str(arguments.get(name)))
    except ValueError as error:
        raise UsageError(f"{name} must be a moment in ISO 8601") from error
