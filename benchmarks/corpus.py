"""Feeds that nobody wrote: the same bytes for the same size, on every machine.

Every article has a vocabulary, names and numbers of its own, as a report has, so that no two are
alike; about 2 KB of text in six languages; two feeds in three are RSS 2.0, the third is Atom.
"""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

SEED = 20260101
TEXT_BYTES = 2000
NEWEST = datetime(2026, 1, 1, 12, tzinfo=UTC)  # fixed, or the bytes would change from day to day
SYLLABLES = (
    "ba",
    "den",
    "ka",
    "ro",
    "mi",
    "sol",
    "ter",
    "van",
    "lu",
    "gar",
    "né",
    "zi",
    "pal",
    "mon",
)
WORDS = Path(__file__).with_name("words.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What sentences of one language are built from."""

    code: str
    little: tuple[str, ...]
    vocabulary: tuple[str, ...]
    joint: str
    stop: str
    footer: str
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One article of a feed."""

    link: str
    title: str
    lead: str
    html: str
    published: datetime


def write(folder: Path, feeds: int, items: int) -> int:
    """Write `feeds` documents of `items` articles each into a folder, as 0000.xml and so on.

    Returns:
        Their size in bytes, all together.
    """
    languages = _languages()
    size = 0
    for number in range(feeds):
        body = _feed(number, languages[number % len(languages)], items).encode()
        (folder / f"{number:04}.xml").write_bytes(body)
        size += len(body)
    return size


def _languages() -> list[Language]:
    return [
        Language(
            code=code,
            little=tuple(parts["little"].split()),
            vocabulary=tuple(
                s + e for s in parts["stems"].split() for e in parts["endings"].split()
            ),
            joint=parts["joint"],
            stop=parts["stop"],
            footer=parts["footer"],
            more=parts["more"],
        )
        for code, parts in tomllib.loads(WORDS.read_text()).items()
    ]


def _feed(number: int, language: Language, items: int) -> str:
    rng = random.Random(SEED + number)
    site = f"https://news{number:04}.example"
    articles = [_item(rng, language, site, position) for position in range(items)]
    title = f"News {number:04}"
    return (_atom if number // 6 % 3 == 2 else _rss)(site, title, language, articles)


def _item(rng: random.Random, language: Language, site: str, position: int) -> Item:
    topic = rng.sample(language.vocabulary, 60) + [_name(rng) for _ in range(8)]
    paragraphs = [""]
    size = 0
    while size < TEXT_BYTES:
        sentence = _sentence(rng, language, topic)
        size += len(sentence.encode())
        if len(paragraphs[-1].encode()) > 400:
            paragraphs.append("")
        paragraphs[-1] += sentence
    link = f"{site}/2026/{rng.getrandbits(48):012x}"
    blocks = [f"<p>{escape(paragraph.strip())}</p>" for paragraph in paragraphs]
    image = f'<figure><img src="{link}.jpg" alt=""><figcaption>{topic[-1]}</figcaption></figure>'
    related = f'<p>{language.more}: <a href="{link}0">{" ".join(rng.sample(topic, 4))}</a></p>'
    blocks[1:1] = [image, related]
    return Item(
        link=link,
        title=language.joint.join(rng.sample(topic, 6)).capitalize(),
        lead=paragraphs[0].strip()[:200],
        html="\n".join([*blocks, f"<p><b>{language.footer}</b></p>"]),
        published=NEWEST - timedelta(minutes=17 * position + rng.randrange(17)),
    )


def _sentence(rng: random.Random, language: Language, topic: list[str]) -> str:
    words = []
    for _ in range(rng.randint(5, 11)):
        # The square makes the first words of the topic the frequent ones, as in real text.
        words += [rng.choice(language.little), topic[int(len(topic) * rng.random() ** 2)]]
    if rng.random() < 0.4:
        words.insert(rng.randrange(len(words)), str(rng.randint(2, 9999)))
    text = language.joint.join(words)
    return text[0].upper() + text[1:] + language.stop


def _name(rng: random.Random) -> str:
    return "".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))).capitalize()


def _rss(site: str, title: str, language: Language, items: list[Item]) -> str:
    entries = "".join(
        f"<item><title>{escape(item.title)}</title><link>{item.link}</link>"
        f'<guid isPermaLink="false">{item.link}</guid>'
        f"<pubDate>{item.published:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
        f"<description>{escape(item.lead)}</description>"
        f"<content:encoded><![CDATA[{item.html}]]></content:encoded></item>\n"
        for item in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{title}</title><link>{site}/</link><description>{title}</description>"
        f"<language>{language.code}</language>\n{entries}</channel></rss>\n"
    )


def _atom(site: str, title: str, language: Language, items: list[Item]) -> str:
    entries = "".join(
        f'<entry><title>{escape(item.title)}</title><link href="{item.link}"/>'
        f"<id>{item.link}</id><updated>{item.published:%Y-%m-%dT%H:%M:%SZ}</updated>"
        f"<summary>{escape(item.lead)}</summary>"
        f'<content type="html">{escape(item.html)}</content></entry>\n'
        for item in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language.code}">'
        f'<title>{title}</title><id>{site}/</id><link href="{site}/"/>'
        f"<updated>{NEWEST:%Y-%m-%dT%H:%M:%SZ}</updated>\n{entries}</feed>\n"
    )
