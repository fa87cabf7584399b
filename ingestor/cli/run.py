"""The command that stays: run."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from ingestor import log
from ingestor.cli.app import app, config_option
from ingestor.cli.given import settings_of
from ingestor.cli.work import WORKERS
from ingestor.daemon import serve
from ingestor.lock import Lock
from ingestor.sdnotify import Notifier


@app.command()
@config_option
def run(config_path: Path | None) -> None:
    """Run the daemon in the foreground.

    SIGTERM ends it in order, SIGHUP makes it read its configuration again.

    Examples:
      ingestor run -c /etc/ingestor/ingestor.toml
      systemctl enable --now ingestor            see docs/install.md
    """
    settings = settings_of(config_path)
    log.configure(
        settings.log.format,
        settings.log.level,
        terminal=sys.stderr.isatty(),
        journal="JOURNAL_STREAM" in os.environ,
    )
    with Lock(settings.database):
        asyncio.run(serve(settings, Notifier.from_environment(os.environ), WORKERS))
