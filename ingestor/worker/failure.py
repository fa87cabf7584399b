"""Why a call of a worker came to nothing."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["timeout", "memory", "cpu", "depth", "killed", "closed", "fault"]

_PLACE = re.compile(r'File ".*?([^/]+/[^/]+)", line (\d+)')  # of a traceback


class WorkerFailed(Exception):
    """A call came to nothing, and what it was given may be the reason.

    Attributes:
        kind: One word for tables and metrics.
        reason: The sentence a person reads.
    """

    def __init__(self, kind: Kind, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


class WorkerDied(WorkerFailed):
    """The process died, or was killed, before it answered."""


class WorkerBug(WorkerFailed):
    """The function failed in a way that it should not.

    Attributes:
        story: The traceback.
    """

    def __init__(self, story: str) -> None:
        lines = story.rstrip().splitlines()
        place = next(filter(None, map(_PLACE.search, reversed(lines))), None)
        where = f" ({place[1]}:{place[2]})" if place else ""
        super().__init__("fault", f"a fault of ours: {lines[-1][:200]}{where}")
        self.add_note(story)
        self.story = story

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the story, of which all else is made."""
        return type(self), (self.story,)
