"""All that judging needs to know of an article; no text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ingestor import simhash
from ingestor.dedup import anchors
from ingestor.dedup.anchors import Anchors
from ingestor.fingerprint import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from numpy.typing import NDArray

    from ingestor.models import Fingerprint

VECTOR_BYTES = simhash.VECTOR_BITS // 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One article, as the judge sees it.

    Attributes:
        article_id: 0 while it is not stored.
        feed: URL of the feed that it was first seen in.
        site: Registrable domain of its link, or empty.
        published: When it was published or else first seen; aware, UTC.
        text_hash: Equal for equal texts; empty if too short to judge.
        cited_urls: Addresses it names as its source, in canonical form.
        fingerprints: As they are stored, anchors among them.
    """

    article_id: int
    feed: str
    site: str
    language: str
    published: datetime
    title: str = ""
    text_hash: str = ""
    canonical_url: str = ""
    cited_urls: frozenset[str] = frozenset()
    fingerprints: tuple[Fingerprint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """The fingerprints of one signature, unpacked; equal to nothing but itself.

    Attributes:
        words: 64 bits, or None.
        encoder: What the vectors were made with; only equal ones are comparable.
        asked: The same, but also where the encoder could not tell the sentences apart.
        whole: Shape (8,), or (0,) if there is none.
        sentences: Shape (n, 8); the first is the title, if there is one.
    """

    words: int | None
    encoder: str
    asked: str
    whole: NDArray[np.uint64]
    sentences: NDArray[np.uint64]
    anchors: Anchors


@lru_cache(maxsize=512)  # an article meets many others, and most of them the next one again
def unpack(fingerprints: tuple[Fingerprint, ...]) -> Evidence:
    """Decode what is stored; an empty value says that there was nothing to hash."""
    by_kind = {(f.part, f.algorithm.partition("-")[0]): f for f in fingerprints if f.value}
    whole = by_kind.get(("text", "simhash512"))
    sentences = by_kind.get(("sentences", "simhash512"))
    anchored = by_kind.get(("anchors", "anchors"))
    return Evidence(
        words=int.from_bytes(words) if (words := words_of(fingerprints)) else None,
        encoder=whole.algorithm.partition("/")[0] if whole else "",
        asked=asked_encoder(fingerprints),
        whole=np.frombuffer(whole.value if whole else b"", dtype="<u8"),
        sentences=from_bits(sentences.value if sentences else b""),
        anchors=anchors.from_fingerprint(anchored) if anchored else Anchors(),
    )


def words_of(fingerprints: Iterable[Fingerprint]) -> bytes:
    """The hash of the words; empty if there is none, or one that was made otherwise than today.

    The bits of two algorithms differ by chance, whatever the texts.
    """
    return next((f.value for f in fingerprints if f.algorithm == WORDS), b"")


def asked_encoder(fingerprints: Iterable[Fingerprint]) -> str:
    """Name what vectors were or would be made with; empty if no encoder was asked."""
    names = (fingerprint.algorithm.partition("/")[0] for fingerprint in fingerprints)
    return next((name for name in names if name.startswith("simhash512-")), "")


def from_bits(value: bytes) -> NDArray[np.uint64]:
    """View fingerprints of 512 bits as eight numbers each; their order is nothing to a distance."""
    return np.frombuffer(value, dtype="<u8").reshape(-1, 8)
