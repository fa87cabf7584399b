"""What is left out before judging is what the judge would not have matched."""

from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestor.dedup import anchors, keys
from ingestor.dedup.anchors import Anchors
from ingestor.dedup.judge import judge
from ingestor.dedup.sift import hopeful
from ingestor.dedup.signature import Signature
from ingestor.dedup.window import Found, Window
from ingestor.models import Fingerprint

REPORTS, SENTENCES = 3, 12
LANGUAGES = ("en", "en", "de", "ru", "vi", "is", "")  # `use` reads the first four, `e5` any
DAYS, COUNTRIES = ("3-17", "8-2", "Tue"), ("FR", "VN", "BR")


def flipped(rng: np.random.Generator, value: bytes, share: float) -> bytes:
    flips = np.packbits(rng.random(8 * len(value)) < share)
    return (np.frombuffer(value, dtype=np.uint8) ^ flips).tobytes()


class Newsroom:
    """Made-up articles, each a version of one of a few reports, nearer to it or farther from it."""

    def __init__(self, seed: int, count: int = 40) -> None:
        self.rng = np.random.default_rng(seed)
        self.algorithm = f"simhash512-{('use', 'e5')[seed % 2]}-3/0"
        self.reports = [self.rng.bytes(64 * (1 + SENTENCES)) for _ in range(REPORTS)]
        self.articles = {number: self.version(number) for number in range(1, count + 1)}
        self.window = Window()
        self.window.add(*self.articles.values())

    def some(self, texts: Iterable[str], share: float) -> frozenset[str]:
        return frozenset(text for text in texts if self.rng.random() < share)

    def version(self, number: int) -> Signature:
        rng, report = self.rng, int(self.rng.integers(REPORTS))
        length = int(rng.integers(1, SENTENCES + 1))
        verbatim = rng.random() < 0.2
        share = 0.01 if verbatim else rng.choice([0.02, 0.2, 0.4])
        bits = flipped(rng, self.reports[report][: 64 * (1 + length)], share)
        whole, sentences = (b"", b"") if rng.random() < 0.1 else (bits[:64], bits[64:])
        told = [self.some([f"{report}{n}77"], 1.0 if verbatim else 0.7) for n in range(length)]
        named = [frozenset({f"nm{report}x{n}"}) for n in range(length)]
        strange = () if verbatim else map(str, rng.integers(100, 999, rng.integers(4)))
        found = Anchors(
            numbers=frozenset(strange).union(*told), names=frozenset().union(*named),
            dates=self.some(DAYS, 0.3), countries=self.some(COUNTRIES, 0.3),
            told=tuple(told), named=tuple(named), lengths=(90,) * length,
        )  # fmt: skip
        language = "en" if verbatim else str(rng.choice(LANGUAGES))
        parts = [
            Fingerprint(part="text", algorithm=self.algorithm, value=whole),
            Fingerprint(part="sentences", algorithm=self.algorithm, value=sentences),
            anchors.to_fingerprint(found),
        ]
        if rng.random() < 0.9:  # an article of before has none
            parts.append(keys.to_fingerprint(found, language))
        text_hash = ""
        if rng.random() < 0.1:  # too short for words, and not for a hash
            text_hash = f"{report} {length}" if verbatim else ""
        else:
            near = flipped(rng, b"%08d" % report, rng.choice([0.0, 0.1]))
            words = near if rng.random() < 0.2 else rng.bytes(8)
            parts.append(Fingerprint(part="text", algorithm="simhash64-words-2", value=words))
        return Signature(
            article_id=number, feed=f"feed {number}", language=language,
            site="one.example" if rng.random() < 0.2 else "", text_hash=text_hash,
            published=datetime(2026, 1, 1, tzinfo=UTC), fingerprints=tuple(parts),
        )  # fmt: skip

    def read(self, ids: Iterable[int], part: str) -> dict[int, Fingerprint]:
        marks = {i: self.articles[i].fingerprints for i in ids}
        return {i: f for i, found in marks.items() for f in found if f.part == part}

    def hopeful(self, probe: Signature, near: Found) -> list[Signature]:
        return [self.articles[i] for i in hopeful(probe, near, self.read)]


@given(seed=st.integers(0, 2**32))
@settings(max_examples=200)
def test_what_is_left_out_would_not_have_matched(seed: int) -> None:
    newsroom = Newsroom(seed)
    probe = newsroom.version(0)
    near = newsroom.window.search(probe)
    every = judge(probe, [newsroom.articles[i] for i in near.ids])
    assert judge(probe, newsroom.hopeful(probe, near)) == every


def test_much_of_what_does_not_match_is_left_out() -> None:
    newsroom = Newsroom(1, count=200)
    near = matching = kept = 0
    for probe in map(newsroom.version, range(201, 301)):
        found = newsroom.window.search(probe)
        hopes = newsroom.hopeful(probe, found)
        near += len(found.ids)
        kept += len(hopes)
        matching += len(judge(probe, hopes))
    assert matching > 100
    assert kept - matching < 0.7 * (near - matching)


def test_nothing_is_asked_where_only_words_are_compared() -> None:
    def read(ids: Iterable[int], part: str) -> dict[int, Fingerprint]:
        raise AssertionError(part)

    probe = Newsroom(1).articles[1]
    assert hopeful(probe, Found((3, 1), {}, frozenset()), read) == (3, 1)
