"""Files that others read: written whole or not at all, and only if they change."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path


def mode_of(path: Path) -> int:
    """The permissions of a file, as chmod takes them.

    Raises:
        OSError: there is none.
    """
    return stat.S_IMODE(path.stat().st_mode)


def write(path: Path, content: bytes, *, mode: int | None = None) -> bool:
    """Write a file atomically; leave it untouched, modification time and all, if nothing changed.

    A link keeps pointing to it.

    Args:
        path: The file.
        content: All of it.
        mode: Its permissions; None leaves them, and lets everybody read a new file.

    Returns:
        Whether it was written.

    Raises:
        OSError: the directory is missing or cannot be written; the old file is whole.
    """
    path = path.resolve()
    if mode is None:
        mode = mode_of(path) if path.exists() else 0o644
    if path.exists() and path.read_bytes() == content and mode_of(path) == mode:
        return False
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return True
