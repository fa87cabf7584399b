"""Files that others read: written whole or not at all, and only if they change."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path


def write(path: Path, content: bytes) -> bool:
    """Write a file atomically; leave it untouched, modification time and all, if nothing changed.

    A file that is replaced keeps its permissions, a link keeps pointing to it.

    Returns:
        Whether it was written.

    Raises:
        OSError: the directory is missing or cannot be written; the old file is whole.
    """
    path = path.resolve()
    if path.exists() and path.read_bytes() == content:
        return False
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return True
