"""What the fork server imports: it leaves every cache full that all workers then share.

A first article takes a second: the rules are read, their patterns are compiled, and the language
model, tens of megabytes, is unpacked. Done once before the fork, no worker pays for it again.

The garbage collector leaves alone what is here by then: to look at it would be to write to it, and
so to copy it into each worker. Of what workers make little is cyclic, so they look less often.
"""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from ingestor.clean.rulebook import book
from ingestor.encoders.centroids import Centroids
from ingestor.language import detect
from ingestor.models import Fetched
from ingestor.parse import parse
from ingestor.prepare import Recipe, prepare

_FEED = b"""<rss version="2.0"><channel><title>News</title><item>
<title>A bridge over the river</title><link>https://www.example.org/1</link>
<description>&lt;p&gt;The government said that it would build a bridge.&lt;/p&gt;</description>
</item></channel></rss>"""

with ThreadPoolExecutor(1) as _thread:  # unpacking, unlike compiling, lets others run meanwhile
    _thread.submit(detect, "The government said that it would build a bridge.")
    for _rule in book().at("any", "closing", "outer"):  # what hardly any feed does without
        _rule.compile()
_parsed = parse(
    "", Fetched(url="https://example.org/", body=_FEED), now=datetime.min.replace(tzinfo=UTC)
)
prepare(_parsed.entries, Recipe(encoder="none", centroids=Centroids(encoder="none", items=())))
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 10, 10)
