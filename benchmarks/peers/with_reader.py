"""lemon24/reader: what its own ``reader update`` does, with a database file and worker threads."""

from __future__ import annotations

import sys
from pathlib import Path

from reader import make_reader

WORKERS = 20  # without answer time 1, 4, 10 and 20 are alike; with it, more wait side by side


def main(database: str, urls: list[str]) -> None:
    """Poll every feed once."""
    with make_reader(database) as reader:
        for url in urls:
            reader.add_feed(url, exist_ok=True)
        reader.update_feeds(workers=WORKERS, scheduled=False)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]).read_text().split())
