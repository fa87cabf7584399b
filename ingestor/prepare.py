"""Entries → articles → fingerprints: what is computed from an article alone, in a worker process.

The functions here are what the pipeline sends to the workers, so they are plain, picklable and
pure. Hostile text ends here: what goes on to be judged and stored is plain text.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ingestor import urls
from ingestor.clean import NOTHING_LEARNED, Learned, clean
from ingestor.clean.recurring import site_of
from ingestor.clean.rulebook import version
from ingestor.clean.rulefile import RuleFile
from ingestor.dedup import anchors, keys
from ingestor.encoders import load
from ingestor.encoders.centroids import Centroid, Centroids, learn
from ingestor.errors import EncoderError
from ingestor.fingerprint import WORDS, Meaning, Readable, of_meaning, of_words, vector_algorithm
from ingestor.language import detect
from ingestor.models import Article, Cleaned, Cleaning, Entry, Fingerprint, Removal
from ingestor.runs import PUNCTUATION
from ingestor.store.cleaned import Original

Marks = tuple[Fingerprint, ...]
"""All that an article is compared by."""

Published = tuple[str, str, Sequence[Removal]]
"""A title and text as cleaning left them, and what it took out."""

_OTHERS = re.compile(r"[\W_]+")  # than letters and digits
_ASCII_OTHERS = bytes(byte for byte in range(128) if not chr(byte).isalnum())
MIN_CHARACTERS = 80  # of letters and digits: below this, equal texts are a coincidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What preparation depends on besides the entry.

    Attributes:
        encoder: The configured encoder's name.
        centroids: The language centroids known so far.
        claim: The language the feed claims to be in; an entry's own claim goes before it.
        base_url: What relative links in the entry are relative to.
        home: The home page that the feed names.
        rules: The user's files of cleaning rules.
        learned: What the sites of the entries are known to repeat.
    """

    encoder: str
    centroids: Centroids
    claim: str = ""
    base_url: str = ""
    home: str = ""
    rules: tuple[RuleFile, ...] = ()
    learned: Learned = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A stored article, cleaned again.

    Attributes:
        version: Of the original that it was cleaned from.
        article: Without fingerprints unless its text changed: else it keeps those it has.
        text_changed: Whether the title or the text came out otherwise.
        changed: Whether anything else did: what was removed, what it cites, what may recur.
    """

    article_id: int
    version: str
    article: Article
    text_changed: bool = False
    changed: bool = False


def content_hash(entry: Entry) -> str:
    """SHA-256 (hex) of what the feed published; dates do not count, publishers touch them daily."""
    return hashlib.sha256(f"{entry.title}\0{entry.html}".encode()).hexdigest()


def teaser_hash(title: str, text: str) -> str:
    """SHA-256 (hex) of a cleaned title and text, to know them again where a page's is kept."""
    return hashlib.sha256(f"{title}\0{text}".encode()).hexdigest()


def text_hash(text: str) -> str:
    """SHA-256 (hex) of the letters and digits of a text, or empty if there are too few to judge."""
    folded = unicodedata.normalize("NFKC", text).casefold().encode("utf-8", "surrogatepass")
    # Most of what goes, at a fraction of the cost; and often all.
    essence = PUNCTUATION.sub(b"", folded.translate(None, _ASCII_OTHERS))
    letters = essence.decode("utf-8", "surrogatepass")
    if not letters.isalnum():
        letters = _OTHERS.sub("", letters)
    return hashlib.sha256(letters.encode()).hexdigest() if len(letters) >= MIN_CHARACTERS else ""


def prepare(entries: Sequence[Entry], recipe: Recipe, *, page: bool = False) -> tuple[Article, ...]:
    """Clean and identify the entries of one poll, and fingerprint their words and anchors.

    What they mean is hashed apart, by `encode`: it takes ten times as long, and not all need it.
    Each step is done for all entries before the next: its patterns and tables then stay in the
    processor's caches, which saves a fifth of the time.

    Args:
        entries: As the feed published them.
        recipe: What preparation depends on besides.
        page: Whether their html is that of whole pages, as `read_page` gives it.
    """
    return _finished(entries, [_cleaned(entry, recipe, page=page) for entry in entries], recipe)


def _cleaned(entry: Entry, recipe: Recipe, *, page: bool = False) -> Cleaned:
    return clean(
        entry,
        base_url=recipe.base_url,
        rules=recipe.rules,
        page=page,
        site=site_of(entry.link, recipe.base_url, recipe.home),
        learned=recipe.learned,
    )


def _finished(
    entries: Sequence[Entry], cleaned: Sequence[Cleaned], recipe: Recipe
) -> tuple[Article, ...]:
    """Name the languages of cleaned entries, and fingerprint them, stage by stage."""
    languages = [_language(*pair, recipe) for pair in zip(entries, cleaned, strict=True)]
    hashes = [text_hash(parts.text) for parts in cleaned]
    words = [of_words(parts.text) for parts in cleaned]
    anchored = [
        _anchored(parts.title, parts.text, language, recipe)
        for parts, language in zip(cleaned, languages, strict=True)
    ]
    return tuple(
        replace(
            _unmarked(entry, parts, recipe),
            language=language,
            text_hash=hash_,
            fingerprints=(of_its_words, *of_its_anchors),
        )
        for entry, parts, language, hash_, of_its_words, of_its_anchors in zip(
            entries, cleaned, languages, hashes, words, anchored, strict=True
        )
    )


def _unmarked(entry: Entry, cleaned: Cleaned, recipe: Recipe) -> Article:
    """An article as far as it is clear when it is cleaned."""
    return Article(
        entry=entry,
        canonical_url=urls.canonical(entry.link),
        title=cleaned.title,
        text=cleaned.text,
        language="",
        content_hash=content_hash(entry),
        text_hash="",
        removals=cleaned.removals,
        sources=cleaned.sources,
        cleaning=Cleaning(
            base_url=recipe.base_url,
            claim=entry.language or recipe.claim,
            rules=version(recipe.rules),
            learned=recipe.learned.get(cleaned.trace.site, frozenset()),
        ),
        trace=cleaned.trace,
    )


def prepare_again(originals: Sequence[Original], recipe: Recipe) -> tuple[Again, ...]:
    """Clean stored articles again, and fingerprint the words of those whose text changed."""
    return tuple(_again(original, recipe) for original in originals)


def cleaned_again(
    original: Original, rules: tuple[RuleFile, ...] = (), learned: Learned = NOTHING_LEARNED
) -> Cleaned:
    """What cleaning makes of a stored article today."""
    cleaned = clean(
        original.entry,
        rules=rules,
        page=original.page,
        site=original.site or site_of(original.entry.link, "", ""),
        learned=learned,
    )
    return _with_page(cleaned, original) if original.page else cleaned


def _again(original: Original, recipe: Recipe) -> Again:
    cleaned = cleaned_again(original, recipe.rules, recipe.learned)
    text_changed = (cleaned.title, cleaned.text) != (original.title, original.text)
    was = (set(original.removals), set(original.sources), original.trace)
    return Again(
        article_id=original.article_id,
        version=original.version,
        article=_finished([original.entry], [cleaned], recipe)[0]
        if text_changed
        else _unmarked(original.entry, cleaned, recipe),
        text_changed=text_changed,
        changed=was != (set(cleaned.removals), set(cleaned.sources), cleaned.trace),
    )


def _with_page(cleaned: Cleaned, original: Original) -> Cleaned:
    """Keep what is not of the page's text: what was taken off the title, and the page's origins."""
    titles = tuple(removal for removal in original.removals if removal.field == "title")
    origins = tuple(s for s in original.sources if s.kind == "url" and s.position < 0)
    sources = tuple(dict.fromkeys((*cleaned.sources, *origins)))
    return replace(cleaned, removals=titles + cleaned.removals, sources=sources)


def same_publication(one: Published, other: Published) -> bool:
    """Whether two cleaned versions may come from one publication: nothing but the cleaning differs.

    What was published is what stayed and what went, in whatever order it was taken apart.
    """
    return _characters(one) == _characters(other)


def _characters(version: Published) -> Counter[str]:
    title, text, removals = version
    parts = (title, text, *(removal.text for removal in removals))
    return Counter(c for part in parts for c in part if c.isalnum())


def _language(entry: Entry, cleaned: Cleaned, recipe: Recipe) -> str:
    text = f"{cleaned.title}\n{cleaned.text}".strip()
    return detect(text, claim=entry.language or recipe.claim)


def mark(article: Readable, recipe: Recipe) -> Marks:
    """What an article is compared by besides its meaning: its words and its anchors."""
    anchored = _anchored(article.title, article.text, article.language, recipe)
    return of_words(article.text), *anchored


def _anchored(title: str, text: str, language: str, recipe: Recipe) -> Marks:
    """Fingerprint the anchors of an article; its sentences' and keys count beside vectors alone."""
    encodes = recipe.encoder != "none"
    found = anchors.anchors_of(title, text, language, by_sentence=encodes)
    made = (anchors.to_fingerprint(found, by_sentence=encodes),)
    return (*made, keys.to_fingerprint(found, language)) if encodes else made


def readable(article: Article) -> Readable:
    """An article as an encoder reads it."""
    return Readable(title=article.title, text=article.text, language=article.language)


def encode(articles: Sequence[Readable], recipe: Recipe) -> tuple[Meaning, ...]:
    """Fingerprint what articles mean.

    Raises:
        EncoderError: the encoder cannot be loaded, or gave something that is no vector.
    """
    encoder = load(recipe.encoder)
    if encoder is None:
        raise EncoderError("there is no encoder to ask")
    return of_meaning(articles, encoder, recipe.centroids)


def algorithm_of(recipe: Recipe, language: str) -> str:
    """The id of the vector fingerprints that `encode` makes of a language."""
    return vector_algorithm(recipe.encoder, recipe.centroids.of(language))


def wanted(recipe: Recipe, language: str) -> frozenset[tuple[str, str]]:
    """Part and algorithm of each fingerprint that an article has to have."""
    if recipe.encoder == "none":
        return frozenset({("text", WORDS), ("anchors", anchors.OF_WHOLE)})
    algorithm = algorithm_of(recipe, language)
    return frozenset({
        ("text", WORDS), ("anchors", anchors.ALGORITHM), ("text", keys.ALGORITHM),
        ("text", algorithm), ("sentences", algorithm),
    })  # fmt: skip


def is_outdated(recipe: Recipe, language: str, made: frozenset[tuple[str, str]]) -> bool:
    """Whether an article lacks a fingerprint; anchors of its sentences too are more than enough."""
    if ("anchors", anchors.ALGORITHM) in made:
        made |= {("anchors", anchors.OF_WHOLE)}
    return not wanted(recipe, language) <= made


def learn_language(texts: Sequence[Readable], language: str, encoder: str) -> Centroid | None:
    """The centroid of a language, from its first articles; None without an encoder."""
    backend = load(encoder)
    if backend is None:
        return None
    return learn([f"{text.title}\n\n{text.text}" for text in texts], language, backend)


def name_of(encoder: str) -> str:
    """Load an encoder, and give the name by which its fingerprints know it.

    Raises:
        ConfigError: there is none of that name, or it is not installed.
        EncoderError: it cannot be loaded.
    """
    backend = load(encoder)
    return "none" if backend is None else backend.name


def mark_again(texts: Sequence[Readable], recipe: Recipe) -> tuple[Marks, ...]:
    """New fingerprints of stored articles, in their order.

    Raises:
        EncoderError: the encoder cannot be loaded, or gave something that is no vector.
    """
    meanings = encode(texts, recipe) if recipe.encoder != "none" else ((),) * len(texts)
    return tuple(
        (*mark(text, recipe), *meaning) for text, meaning in zip(texts, meanings, strict=True)
    )
