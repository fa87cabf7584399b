"""Which of the articles of the last days are worth judging: a scan over all fingerprints.

A scan, not an index: true translations lie up to 180 bits of 512 apart, where banding and
pigeonhole schemes degenerate to a scan anyway, and a million fingerprints are 64 MB. Where the
encoder cannot read one of two languages, the keys of their anchors are scanned instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ingestor.dedup import keys
from ingestor.dedup.signature import asked_encoder, words_of
from ingestor.encoders import languages_read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from ingestor.dedup.signature import Signature

NEAREST = 50  # of each kind; see docs/dedup.md for the recall it keeps
NEAREST_BY_KEYS = 20
MAX_VECTOR_DISTANCE = 200  # of 512 bits
MAX_WORD_DISTANCE = 14  # of 64 bits
REACH = 1 << 16  # of the articles that came last: so many are looked through for shared keys
_CHUNK = 1 << 15  # rows scanned at a time: their intermediate results stay in the cache
_PORTION = 8192  # articles that are loaded in one piece
_FIRST_CAPACITY = 1024


class Slot(NamedTuple):
    """One article of the window; absent fingerprints are empty bytes."""

    article_id: int
    words: bytes
    whole: bytes
    keys: bytes


class Found(NamedTuple):
    """The articles worth judging.

    Attributes:
        ids: At most twice NEAREST and once NEAREST_BY_KEYS, of each kind the nearest, best first.
        in_language: Whether they are in the probe's; of those that can be no copy, as their words
            are far, and whose language is known.
        unread: Those of these of which the encoder cannot read both sides.
    """

    ids: tuple[int, ...]
    in_language: Mapping[int, bool]
    unread: frozenset[int]


@dataclass(frozen=True, slots=True)
class Mark:
    """The state of a window, to return to.

    Rows are only ever written behind `count`, and removing makes new arrays: an older mark stays
    valid whatever happens after it.

    Attributes:
        rows: Unsigned 64-bit numbers, an article a column: its id, words, eight of the whole,
            and eight of the keys.
    """

    rows: NDArray[np.uint64]
    count: int


_NONE = np.empty(0, dtype=np.intp)
_ID, _WORDS, _WHOLE, _KEYS = 0, 1, 2, 10
_NUMBERS = 18


class Window:
    """The candidate filter; holds 144 bytes an article."""

    def __init__(self) -> None:
        self._state = Mark(_room(_FIRST_CAPACITY), 0)

    def __len__(self) -> int:
        return self._state.count

    def load(self, slots: Iterable[Slot]) -> None:
        """Add many articles at once, as at start-up, in portions: a million would not be small."""
        waiting = iter(slots)
        while portion := tuple(islice(waiting, _PORTION)):
            packed = b"".join(
                slot.article_id.to_bytes(8, "little")
                + slot.words.rjust(8, b"\0")[::-1]
                + slot.whole.ljust(64, b"\0")
                + slot.keys.ljust(64, b"\0")
                for slot in portion
            )
            self._append(np.frombuffer(packed, dtype="<u8").reshape(-1, _NUMBERS).T)

    def add(self, *signatures: Signature) -> None:
        """Add articles."""
        self.load(map(_slot, signatures))

    def renew(self, signatures: Iterable[Signature]) -> None:
        """Take over other fingerprints of articles, as far as they are here."""
        by_id = {signature.article_id: signature for signature in signatures}
        ids = self._column(_ID)
        held = ids[np.isin(ids, np.fromiter(by_id, dtype=np.uint64))].tolist()
        self.remove(held)
        self.add(*(by_id[article_id] for article_id in held))

    def mark(self) -> Mark:
        """Remember the present state."""
        return self._state

    def rollback(self, mark: Mark) -> None:
        """Return to a state, because the transaction that went on from it was rolled back."""
        self._state = mark

    def remove(self, ids: Iterable[int]) -> None:
        """Take articles out; unknown ids are no error."""
        self._keep(~np.isin(self._column(_ID), np.fromiter(ids, dtype=np.uint64)))

    def search(self, probe: Signature) -> Found:
        """Find the articles worth judging, without the probe itself."""
        *_, words, whole, keyed = _slot(probe)
        asked = asked_encoder(probe.fingerprints)
        by_words = by_meaning = by_keys = _NONE
        if words:
            query = np.frombuffer(words, dtype=">u8").astype(np.uint64)
            by_words = self._nearest(query, _WORDS, MAX_WORD_DISTANCE)
        if whole:
            query = np.frombuffer(whole, dtype="<u8")
            by_meaning = self._nearest(query, _WHOLE, MAX_VECTOR_DISTANCE)
        if keyed and asked:
            by_keys = self._sharing(keyed, languages_read(asked), has_vector=bool(whole))
        near = np.concatenate([by_words, by_meaning, by_keys])
        ids = self._column(_ID)[near].tolist()
        found = tuple(i for i in dict.fromkeys(ids) if i != probe.article_id)
        # Without words, or with more neighbours by words than are given, any of them may be a copy.
        if not (words and keyed and asked) or len(by_words) >= NEAREST:
            return Found(found, {}, frozenset())
        far = near[~np.isin(near, by_words)]
        return Found(found, *self._languages(far, keyed, asked, has_vector=bool(whole)))

    def _languages(
        self, places: NDArray[np.intp], keyed: bytes, asked: str, *, has_vector: bool
    ) -> tuple[dict[int, bool], frozenset[int]]:
        """Give `Found.in_language` and `Found.unread` of some articles."""
        own, _ = keys.from_bytes(keyed)
        places = places[keys.languages(self._state.rows[_KEYS:, places]) > 0]
        rows = self._state.rows[:, places]
        ids, languages = rows[_ID].tolist(), keys.languages(rows[_KEYS:])
        same, known = languages == own, keys.known(languages_read(asked))
        read = same | (known[languages] & known[own] & (rows[_WHOLE] > 0) & has_vector)
        unread = frozenset(i for i, told in zip(ids, read.tolist(), strict=True) if not told)
        return dict(zip(ids, same.tolist(), strict=True)), unread

    def _nearest(self, query: NDArray[np.uint64], first: int, limit: int) -> NDArray[np.intp]:
        """Scan for the articles nearest to a fingerprint whose numbers begin in row `first`."""
        rows, count = self._state.rows, self._state.count
        far = np.empty(count, dtype=np.uint16)
        for start in range(0, count, _CHUNK):
            part = slice(start, min(start + _CHUNK, count))
            far[part] = np.bitwise_count(rows[first, part] ^ query[0])
            for offset, number in enumerate(query[1:], first + 1):
                far[part] += np.bitwise_count(rows[offset, part] ^ number)
        near = np.flatnonzero(far <= limit)
        if not near.size:
            return near
        if len(near) > 4 * NEAREST:
            cut = np.partition(far[near], NEAREST)[NEAREST]
            near = near[far[near] <= cut]
        return near[np.lexsort((rows[_ID, near], far[near]))[:NEAREST]]

    def _sharing(
        self, keyed: bytes, read: frozenset[str] | None, *, has_vector: bool
    ) -> NDArray[np.intp]:
        """Scan for the articles that share the rarest keys, of other languages than the probe's.

        Only where the encoder cannot read both sides: else it finds better ones by itself.
        """
        own, wanted = keys.from_bytes(keyed)
        count = self._state.count
        first = max(0, count - REACH)
        rows = self._state.rows[:, first:count]
        languages = keys.languages(rows[_KEYS:])
        asked = (languages != own) & (languages > 0)
        known = keys.known(read)
        if has_vector and known[own]:
            asked &= ~known[languages] | (rows[_WHOLE] == 0)
        chosen = np.flatnonzero(asked)
        if not chosen.size:
            return chosen
        held = np.take(rows[_KEYS:], chosen, axis=1)
        near = keys.most_shared(wanted, held, rows[_ID, chosen], NEAREST_BY_KEYS)
        return chosen[near] + first

    def _column(self, row: int) -> NDArray[np.uint64]:
        return self._state.rows[row, : self._state.count]

    def _keep(self, kept: NDArray[np.bool_]) -> None:
        if not kept.all():
            rows, count = _room(self._state.rows.shape[1]), int(kept.sum())
            for old, new in zip(self._state.rows, rows, strict=True):
                new[:count] = old[: self._state.count][kept]
            self._state = Mark(rows, count)

    def _append(self, columns: NDArray[np.uint64]) -> None:
        rows, count = self._state.rows, self._state.count
        needed = count + columns.shape[1]
        if needed > rows.shape[1]:
            grown = _room(max(needed, 2 * rows.shape[1]))
            grown[:, :count] = rows[:, :count]
            rows = grown
        rows[:, count:needed] = columns
        self._state = Mark(rows, needed)


def _room(capacity: int) -> NDArray[np.uint64]:
    """Zeros in pages of their own, which are taken up as they are written and given back at once.

    The heap would keep what is freed: a window that is read anew each night grows on it to five
    times its size.
    """
    pages = mmap(-1, _NUMBERS * capacity * 8, flags=MAP_PRIVATE | MAP_ANONYMOUS)
    return np.frombuffer(pages, dtype=np.uint64).reshape(_NUMBERS, capacity)


def _slot(signature: Signature) -> Slot:
    values = {
        f.algorithm.partition("-")[0]: f.value for f in signature.fingerprints if f.part == "text"
    }
    return Slot(
        article_id=signature.article_id,
        words=words_of(signature.fingerprints),
        whole=values.get("simhash512", b""),
        keys=values.get("keys16", b""),
    )
