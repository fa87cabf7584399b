"""Which candidates need not be judged, because little of them says that they are another report.

Of the articles that lie nearest to another most tell something else. Where the sentences agree so
little that no number and no name makes up for it, nothing more has to be read of them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from ingestor.dedup.align import at_most
from ingestor.dedup.anchors import from_fingerprint
from ingestor.dedup.measure import SPARE
from ingestor.dedup.shared import Shared, shared_by
from ingestor.dedup.signature import VECTOR_BYTES, from_bits, unpack
from ingestor.dedup.weigh import BEST, USUAL, Thresholds, least_aligned, terms_in_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ingestor.dedup.signature import Evidence, Signature
    from ingestor.dedup.window import Found
    from ingestor.models import Fingerprint

_ROUNDING = 1e-9


class Reader(Protocol):
    """Gives one fingerprint of each of some articles, as far as they have it."""

    def __call__(self, ids: Iterable[int], part: str, /) -> Mapping[int, Fingerprint]:
        """Read the part ``sentences`` or ``anchors``."""


def hopeful(
    probe: Signature, near: Found, read: Reader, limits: Thresholds = USUAL
) -> tuple[int, ...]:
    """Give the ids of those articles that `judge` may match; it would match none of the others.

    Unless they cite each other, which is not asked here.

    Args:
        probe: The article that is to be judged.
        near: What the window found.
        read: Where the fingerprints of these are.
        limits: The thresholds.
    """
    if not near.in_language:
        return near.ids
    own = unpack(probe.fingerprints)
    alike = _at_most(own, read(near.in_language, "sentences"), limits)
    needed = partial(least_aligned, limits=limits, encoder=own.encoder)
    least = {same: needed(BEST, same_language=same) for same in (True, False)}
    by_meaning = {i for i, same in near.in_language.items() if alike.get(i, -1.0) >= least[same]}
    asked = by_meaning | near.unread
    named = {
        article_id: shared_by(own.anchors, from_fingerprint(anchored, by_sentence=False))
        for article_id, anchored in read(asked, "anchors").items()
    }
    kept = {
        i
        for i, shared in named.items()
        if (i in by_meaning and alike[i] >= needed(shared, same_language=near.in_language[i]))
        or (i in near.unread and _may_be_in_order(shared, limits, read_in_part=i in alike))
    }
    out = near.in_language.keys() - (asked - named.keys()) - kept
    return tuple(i for i in near.ids if i not in out)


def _may_be_in_order(shared: Shared, limits: Thresholds, *, read_in_part: bool) -> bool:
    """Tell whether the sentences of two articles would be lined up."""
    terms = terms_in_order(shared, None, limits, read_in_part=read_in_part)
    return sum(terms.values()) >= limits.hopeless_odds


def _at_most(
    own: Evidence, others: Mapping[int, Fingerprint], limits: Thresholds
) -> dict[int, float]:
    """Bound the agreement of an article with others, of those that it can be compared with."""
    comparable = {
        article_id: from_bits(fingerprint.value)
        for article_id, fingerprint in others.items()
        if fingerprint.algorithm.partition("/")[0] == own.encoder
        and len(fingerprint.value) >= limits.min_sentences * VECTOR_BYTES
    }
    if not comparable or len(own.sentences) < limits.min_sentences:
        return {}
    bounds = at_most(own.sentences, tuple(comparable.values()), SPARE) + _ROUNDING
    return dict(zip(comparable, bounds.tolist(), strict=True))
