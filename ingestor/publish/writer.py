"""Put a document where a web server finds it: whole or not at all, and only if it changed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write(path: Path, content: bytes) -> bool:
    """Write a file atomically; leave it untouched, modification time and all, if nothing changed.

    Returns:
        Whether it was written.

    Raises:
        OSError: the directory is missing or cannot be written; the old file is whole.
    """
    if path.exists() and path.read_bytes() == content:
        return False
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return True
