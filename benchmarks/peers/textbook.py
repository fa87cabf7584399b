"""The script one writes first: requests, feedparser, simhash, sqlite-utils, feed after feed."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import feedparser
import requests
from simhash import Simhash, SimhashIndex
from sqlite_utils import Database

DISTANCE = 3


def main(path: str, urls: list[str]) -> None:
    """Poll every feed once; mark what is near to an older article."""
    database = Database(path)
    database.table("feeds").create({"url": str, "etag": str}, pk="url", if_not_exists=True)
    database.table("articles").create(
        {"guid": str, "title": str, "text": str, "simhash": str, "duplicate_of": str},
        pk="guid",
        if_not_exists=True,
    )
    known = {row["guid"]: Simhash(int(row["simhash"], 16)) for row in database["articles"].rows}
    index = SimhashIndex(list(known.items()), k=DISTANCE)
    etags = {row["url"]: row["etag"] for row in database["feeds"].rows}
    with requests.Session() as session:
        for url in urls:
            answer = session.get(url, headers={"If-None-Match": etags.get(url, "")}, timeout=30)
            if answer.status_code == 200:
                entries = feedparser.parse(answer.content).entries
                rows = [_row(entry, index) for entry in entries if entry.id not in known]
                database.table("articles").insert_all(rows, replace=True)
                database.table("feeds").upsert(
                    {"url": url, "etag": answer.headers["ETag"]}, pk="url"
                )


def _row(entry: Any, index: SimhashIndex) -> dict[str, str]:
    html = entry.content[0].value if "content" in entry else entry.summary
    text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    mark = Simhash(text)
    near = index.get_near_dups(mark)
    index.add(entry.id, mark)
    return {
        "guid": entry.id,
        "title": entry.title,
        "text": text,
        "simhash": f"{mark.value:016x}",
        "duplicate_of": near[0] if near else "",
    }


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]).read_text().split())
