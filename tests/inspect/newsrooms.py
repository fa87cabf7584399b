"""Databases to look into: a calm one with a translated story, and one whose words are hostile."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from ingestor.encoders import load
from ingestor.encoders.centroids import Centroids
from ingestor.fingerprint import fingerprints
from ingestor.models import Article, Entry, Feed, Fingerprint, Match, Removal, Source
from ingestor.store.store import Store
from tests.store.support import NOW, add, poll, put
from tests.store.support import article as plain

ENGLISH = (
    "The harbour of Larnova will be closed for 45 days from 17 March.\n\n"
    "The port authority said that the northern pier had sunk by 38 centimetres.\n\n"
    "Repairs will cost 12.7 million crowns, said its director Tomas Keller.\n\n"
    "Fishermen fear that they will lose a third of their income."
)
GERMAN = (
    "Der Hafen von Larnova wird ab dem 17. März für 45 Tage geschlossen.\n\n"
    "Die nördliche Mole sei um 38 Zentimeter abgesunken, teilte die Hafenbehörde mit.\n\n"
    "Das Wetter bleibt unterdessen mild und trocken.\n\n"
    "Die Reparatur wird 12,7 Millionen Kronen kosten, sagte ihr Direktor Tomas Keller."
)
ARABIC = "سيغلق ميناء لارنوفا لمدة 45 يوما.\n\nانخفض الرصيف الشمالي بمقدار 38 سنتيمترا."
CHINESE = "拉尔诺瓦港将从三月十七日起关闭四十五天。\n\n维修将耗资一千二百七十万克朗，主任说。"


def version(
    guid: str, language: str, title: str, text: str, *, html: str = "", hours: int = 0
) -> Article:
    """An article with the fingerprints of its sentences."""
    marks = fingerprints(title, text, language, encoder=load("use"), centroids=Centroids())
    body = html or "".join(f"<p>{part}</p>" for part in text.split("\n\n"))
    made = plain(guid, title=title, text=text, published=NOW - timedelta(hours=10 - hours))
    return replace(
        made,
        entry=replace(made.entry, html=body),
        language=language,
        fingerprints=marks,
        removals=(),
    )


def calm(path: Path) -> Path:
    """A story in four languages, an edited article with removals, and a failing feed.

    Articles 1 to 4 tell story 1; article 5, edited twice, is a story of its own.
    """
    feeds = [
        Feed(url=f"https://{name.lower()}.example/rss", name=name)
        for name in ("Harbour Wire", "Hafenbote", "Marfa", "港湾日報", "Silent")
    ]
    feeds[0] = replace(feeds[0], url="https://harbour.example/rss")
    with closing(Store.open(path)) as store:
        with store.transaction():
            store.sync_feeds(feeds, {}, NOW - timedelta(days=2))
        add(store, version("1", "en", "Harbour of Larnova closed", ENGLISH))
        german = version("2", "de", "Hafen von Larnova gesperrt", GERMAN, hours=2)
        cited = Source(kind="url", url="https://a.example/1")
        add(store, replace(german, sources=(cited,)), feed=2, story=1)
        add(store, version("3", "ar", "إغلاق ميناء لارنوفا", ARABIC, hours=3), feed=3, story=1)
        add(store, version("4", "zh", "拉尔诺瓦港关闭", CHINESE, hours=5), feed=4, story=1)
        _edited(store)
        with store.transaction():
            for other in (2, 3, 4):
                evidence = {"reason": "sentences and anchors agree", "aligned": 0.7,
                            "shared_names": ["rnp"], "shared_numbers": ["127"],
                            "clashing_numbers": []}  # fmt: skip
                match = Match(article_id=1, relation="translation", score=0.9, evidence=evidence)
                store.add_match(other, match, NOW)
            store.resolve_citations([2])
            store.finish_polls([(1, poll(new=2))])
            store.finish_polls([(1, poll("not_modified"))])
            store.finish_polls([(5, poll("failed"))])
    return path


def _edited(store: Store) -> None:
    html = (
        "<p>[ad_1]</p><p>The bridge opens on Monday. (Photo: N. N.)</p>"
        "<p>Ferries will go on.</p><p>Comments (3)</p>"
    )
    text = "The bridge opens on Monday.\n\nFerries will go on."
    removals = (
        Removal(rule="placeholder", text="[ad_1]", position=0),
        Removal(rule="credit_bracketed", text="(Photo: N. N.)", position=1),
        Removal(rule="comment_counter", text="Comments (3)", position=3),
    )
    last = replace(version("5", "en", "Bridge opens", text, html=html), removals=removals)
    first = replace(version("5", "en", "Bridge to open", text.replace("Monday", "Sunday")))
    add(store, first)
    with store.transaction():
        store.revise_article(5, last, NOW)


# --- hostile -----------------------------------------------------------------------------

SCRIPT = "<script>window.owned=1</script><img src=x onerror=window.owned=1>\"'><svg onload=owned=1>"
BIDI = "\u202eexe.gnp \u2066\u2067\u202d\u202b end"
LONG = "Donaudampfschifffahrt" * 480  # 10,080 characters without a place to break
EMOJI = "👩‍👩‍👧‍👦🏳️‍🌈🧑🏿‍🚀" * 40
ZALGO = "Z\u0351\u036b\u0343\u036a" * 30
RTL = "ميناء " * 400
URLS = (
    "javascript:window.owned=1",
    "data:text/html,<script>window.owned=1</script>",
    'https://a.example/"onmouseover=window.owned=1 x="',
    "//evil.example/",
    "https://[broken",
    f"https://{'long' * 60}.example/{'path/' * 300}",
    "vbscript:x",
)
TEXTS = (SCRIPT, BIDI + SCRIPT, LONG, EMOJI + ZALGO, RTL + BIDI, "{{ 7*7 }}{% raw %}", "")


def hostile(path: Path) -> Path:
    """Every text of every table would like to run, to overflow or to turn the page around."""
    feeds = [
        Feed(url=f"https://hostile{i}.example/{SCRIPT}", name=(text or "nameless")[:2_000])
        for i, text in enumerate(TEXTS)
    ]
    with closing(Store.open(path)) as store:
        with store.transaction():
            store.sync_feeds(feeds, {}, NOW - timedelta(days=2))
        for i, text in enumerate(TEXTS):
            with store.transaction():
                article_id = put(store, _hostile(i, text[::-1]), feed=i + 1)
                if i:
                    store.join_story(article_id, 1, NOW)
                store.sight(i + 1, [(article_id, _hostile(i, text))], NOW)
                store.revise_article(article_id, _hostile(i, text), NOW)
                if i:
                    evidence = {"reason": SCRIPT + LONG, "shared_names": [SCRIPT, LONG, RTL],
                                "aligned": "x", "distance_words": SCRIPT}  # fmt: skip
                    match = Match(article_id=1, relation="copy", score=1, evidence=evidence)
                    store.add_match(article_id, match, NOW)
                failed = poll("failed")._replace(reason=text[:2_000], kind="x")
                store.finish_polls([(i + 1, failed)])
    return path


def _hostile(i: int, text: str) -> Article:
    made = plain(str(i), title=text, text=f"{text}\n\n{SCRIPT}\n\n{text[:400]}", url=URLS[i])
    return replace(
        made,
        entry=Entry(guid=SCRIPT + str(i), link=URLS[i], title=text, html=text, author=text),
        language=("en", '"><script>window.owned=1</script>', "ar", "zz", "he", "", "x" * 500)[i],
        removals=(
            Removal(rule=SCRIPT, text=text, field="title"),
            Removal(rule="x" * 300, text=text, position=2**40),
        ),
        sources=tuple(Source(kind="url", name=text, url=url) for url in URLS),
        fingerprints=(Fingerprint(algorithm="simhash512-use-4/0", part="text", value=b"x" * 64),)
        if i % 2 else made.fingerprints,
    )  # fmt: skip
