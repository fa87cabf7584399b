"""The configuration that a command is given to work with.

Apart from `app`, which the list of commands is made from, without the imports of this.
"""

from __future__ import annotations

from pathlib import Path

from ingestor.config import Settings, find, load


def settings_of(config_path: Path | None) -> Settings:
    """The configuration that a command works with.

    Raises:
        ConfigError: there is none, or it is wrong.
    """
    return load(find(config_path))
