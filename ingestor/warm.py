"""What the fork server imports: it leaves every cache full that all workers then share.

A first article takes a second: patterns are compiled, the rules are read, and the language model,
tens of megabytes, is unpacked. Done once before the fork, no worker pays for it again.
"""

from __future__ import annotations

from datetime import UTC, datetime

from ingestor.encoders.centroids import Centroids
from ingestor.models import Fetched
from ingestor.parse import parse
from ingestor.prepare import Recipe, prepare

_FEED = b"""<rss version="2.0"><channel><title>News</title><item>
<title>A bridge over the river</title><link>https://www.example.org/1</link>
<description>&lt;p&gt;The government said that it would build a bridge.&lt;/p&gt;</description>
</item></channel></rss>"""

_parsed = parse(
    "", Fetched(url="https://example.org/", body=_FEED), now=datetime.min.replace(tzinfo=UTC)
)
prepare(_parsed.entries, Recipe(encoder="none", centroids=Centroids(encoder="none", items=())))
