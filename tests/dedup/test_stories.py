"""An article meets all that may be one report with it, however many there are."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ingestor.dedup import keys
from ingestor.dedup.anchors import anchors_of
from ingestor.models import Article, Source
from ingestor.store.comparison import MAX_CITATION_CANDIDATES
from ingestor.stories import Stories
from tests.dedup.test_judge import ENGLISH, GERMAN, OTHER, signature
from tests.store.support import NOW, add, article, opened

SOURCE = "https://wire.example/1"
LOOSE = f"""{GERMAN.partition(chr(10))[0]}
Die Regierung in der Hauptstadt schweigt dazu.
Am Abend spielte das Orchester im neuen Saal.
Der Winter wird nach den Prognosen sehr mild."""  # without a citation another report


def citing(guid: str, text: str, language: str) -> Article:
    """An article that names a source, as a poll brings it."""
    title, _, body = text.partition("\n")
    found = keys.to_fingerprint(anchors_of(title, body, language), language)
    named = (Source(kind="url", url=SOURCE),)
    made = article(guid, title=title, text=body, url=f"https://{guid}.example/", sources=named)
    marks = signature(text, language).fingerprints
    return replace(made, language=language, fingerprints=(*marks, found))


@pytest.mark.parametrize("others", [0, 1, MAX_CITATION_CANDIDATES])
def test_who_cites_the_same_is_judged_however_many_cite_it(tmp_path: Path, others: int) -> None:
    with closing(opened(tmp_path)) as store:
        first = add(store, citing("first", ENGLISH, "en"))
        for number in range(others):
            add(store, citing(f"other{number}", OTHER, "en"))
        probe = add(store, citing("probe", LOOSE, "de"), feed=2)
        stories = Stories(store, timedelta(days=1), NOW)
        (judged,) = store.signatures([probe])
        assert first in {match.article_id for match in stories.judged(judged, NOW)}
