"""SQL functions over the stored fingerprints.

::

    SELECT hamming(a.value, b.value), simhash_cosine(a.value, b.value)
    FROM fingerprints AS a JOIN fingerprints AS b USING (part, algorithm)
    WHERE a.article_id = 1 AND b.article_id = 2 AND part = 'text'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ingestor import simhash


def hamming(a: object, b: object) -> int | None:
    """Count the bits in which two BLOBs differ; NULL unless they are BLOBs of one length, not 0."""
    if not (isinstance(a, bytes) and isinstance(b, bytes) and len(a) == len(b) > 0):
        return None
    return simhash.distance(int.from_bytes(a), int.from_bytes(b))


def simhash_cosine(a: object, b: object) -> float | None:
    """Estimate the cosine of the vectors behind two fingerprints, -1..1; NULL as `hamming`."""
    differing = hamming(a, b)
    if differing is None or not isinstance(a, bytes):
        return None
    return simhash.cosine(differing, 8 * len(a))


FUNCTIONS: Mapping[str, Callable[[object, object], int | float | None]] = MappingProxyType(
    {"hamming": hamming, "simhash_cosine": simhash_cosine}
)
"""By their names in SQL; each takes two arguments and is deterministic."""
