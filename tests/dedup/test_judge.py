"""What is one report, and what only looks like it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypedDict, Unpack

import pytest

from benchmarks.bench_dedup import REPORTS
from ingestor.dedup.anchors import anchors_of, to_fingerprint
from ingestor.dedup.judge import compare, judge
from ingestor.dedup.measure import align
from ingestor.dedup.signature import Signature
from ingestor.encoders import load
from ingestor.encoders.centroids import Centroids
from ingestor.fingerprint import fingerprints
from ingestor.models import Relation

START = datetime(2026, 1, 1, tzinfo=UTC)

ENGLISH = """The harbour of Larnova will be closed for 45 days from 17 March.
The port authority said on Tuesday that the northern pier had sunk by 38 centimetres.
Repairs will cost 12.7 million crowns, said its director Tomas Keller.
Ferries to the island of Brisk will leave from the fishing port of Odden instead.
In 2019 the pier had already been repaired after a storm.
Fishermen fear that they will lose a third of their income."""
GERMAN = """Der Hafen von Larnova wird ab dem 17. März für 45 Tage geschlossen.
Die nördliche Mole sei um 38 Zentimeter abgesunken, teilte die Hafenbehörde am Dienstag mit.
Die Reparatur wird 12,7 Millionen Kronen kosten, sagte ihr Direktor Tomas Keller.
Die Fähren zur Insel Brisk fahren stattdessen vom Fischereihafen Odden ab.
Bereits 2019 war die Mole nach einem Sturm repariert worden.
Die Fischer fürchten, ein Drittel ihres Einkommens zu verlieren."""
RUSSIAN = """Порт Ларновы закроют на 45 дней с 17 марта.
Северный пирс просел на 38 сантиметров, сообщило во вторник управление порта.
Ремонт обойдётся в 12,7 миллиона крон, сказал его директор Томас Келлер.
Паромы на остров Бриск будут отправляться из рыбацкого порта Одден.
В 2019 году пирс уже ремонтировали после шторма.
Рыбаки опасаются, что потеряют треть своих доходов."""
HINDI = """लारनोवा बंदरगाह 17 मार्च से 45 दिनों के लिए बंद रहेगा।
बंदरगाह प्राधिकरण ने मंगलवार को बताया कि उत्तरी घाट 38 सेंटीमीटर धंस गया है।
निदेशक टोमास केलर ने कहा कि मरम्मत पर 12.7 मिलियन क्राउन खर्च होंगे।
ब्रिस्क द्वीप की नौकाएं अब ओडेन के मछली बंदरगाह से चलेंगी।
तूफान के बाद 2019 में भी घाट की मरम्मत की गई थी।
मछुआरों को डर है कि उनकी एक तिहाई आमदनी चली जाएगी।"""
OTHER = """The orchestra of Velden plays its first concert in the new hall on 4 October.
The conductor Ines Marold chose works by two composers of the town.
All 1,150 tickets were sold within 26 minutes, the hall said.
The building has cost 88 million crowns and was finished a year late."""
QUARTER = """Ardent Corp said its net profit in the quarter rose to {} million crowns.
Revenue of the company rose to {} million crowns from {} million a year earlier.
Earnings per share were {} crowns, and the board proposed a dividend of {} crowns.
The company expects demand to remain stable in the second half of the year."""


STARS = """Your stars for 10 November
Aries should listen to a friend today, and leave a decision about money to the weekend.
Taurus has more strength than usual, and should use it for what has been put off.
Gemini meets somebody who asks a good question; the answer will take some time.
Cancer will find what was lost where nobody has looked for it yet."""
TOMORROWS_STARS = """Your stars for 11 November
Aries should trust a friend today, and take a decision about money after the weekend.
Taurus has less strength than usual, and should keep it for what cannot be put off.
Gemini asks somebody a good question; the answer will take some time.
Cancer will find what was lost where everybody has looked for it."""
RECALL = """{1} recalls cars over faulty brakes
The car maker {1} recalls {0} cars that were built from 2023 to 2025, the authority said.
The brakes may fail in the cold, since water can get into a valve.
Owners will be asked by letter to bring their cars to a garage, where the valve is replaced.
Nobody has been hurt so far, according to the company."""


class More(TypedDict, total=False):
    """What a case says of an article besides its text."""

    article_id: int
    feed: str
    site: str
    published: datetime
    text_hash: str
    canonical_url: str
    cited_urls: frozenset[str]


def signature(
    text: str, language: str = "en", *, encoder: str = "use", **more: Unpack[More]
) -> Signature:
    title, _, body = text.partition("\n")
    marks = fingerprints(title, body, language, encoder=load(encoder), centroids=Centroids())
    plain = Signature(
        article_id=1, feed=f"feed of {language} {hash(text)}", site="", language=language,
        published=START, title=title,
        fingerprints=(*marks, to_fingerprint(anchors_of(title, body, language))),
    )  # fmt: skip
    return replace(plain, **more)


def in_text(stars: str, day: int) -> str:
    return stars.replace(" for 10 November", f"\nThese are the stars of {day} November.")


WORDS = signature(ENGLISH, encoder="none")
SAME_SITE: More = {"site": "a.example"}
ONE_QUARTER = QUARTER.format("41.7", "388.2", "351.9", "2.31", "0.85")
NEXT_QUARTER = QUARTER.format("47.2", "402.6", "366.4", "2.58", "0.95")


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        pytest.param(signature(ENGLISH), signature(GERMAN, "de"), "translation", id="translated"),
        pytest.param(signature(GERMAN, "de"), signature(RUSSIAN, "ru"), "translation", id="script"),
        pytest.param(signature(ENGLISH), signature(ENGLISH, feed="b"), "copy", id="verbatim"),
        pytest.param(
            signature(ENGLISH),
            signature(ENGLISH.replace("Fishermen fear", "The fishermen are afraid"), feed="b"),
            "copy",
            id="near verbatim",
        ),
        pytest.param(signature(ENGLISH), signature(HINDI, "hi"), "translation", id="in order"),
        pytest.param(signature(ENGLISH), signature(OTHER), None, id="another report"),
        pytest.param(signature(ENGLISH), signature(OTHER, "de"), None, id="another, elsewhere"),
        pytest.param(signature(ONE_QUARTER), signature(NEXT_QUARTER), None, id="two editions"),
        pytest.param(
            signature(f"Port closed\n{ENGLISH}"),
            signature("Hafen zu\n" + GERMAN.replace("17. März", "27. März"), "de"),
            "translation",
            id="a day that was misread",
        ),
        pytest.param(
            signature(RECALL.format("24,600", "Arden")),
            signature(RECALL.format("31,200", "Belcor"), feed="b"),
            None,
            id="years in common, other numbers",
        ),
        pytest.param(
            signature(ENGLISH, **SAME_SITE), signature(GERMAN, "de", **SAME_SITE), "translation",
            id="one site translates itself",
        ),
        pytest.param(
            signature(ENGLISH, **SAME_SITE), signature(ENGLISH, **SAME_SITE), "copy",
            id="one site, verbatim",
        ),
        pytest.param(
            signature(ENGLISH, **SAME_SITE),
            signature(ENGLISH.replace("38", "39"), **SAME_SITE),
            None,
            id="one site, one number differs",
        ),
        pytest.param(signature("Rain"), signature("Rain", feed="b"), None, id="too short"),
        pytest.param(signature(""), signature("", feed="b"), None, id="nothing"),
        pytest.param(
            signature("Rain", text_hash="a"), signature("Rain", feed="b", text_hash="a"), "copy",
            id="the same text",
        ),
        pytest.param(
            signature("Larnova (NYSE: LRN)\n" + ENGLISH),
            signature("Odden (NYSE: ODD)\n" + ENGLISH),
            None,
            id="about another company",
        ),
        pytest.param(
            WORDS, replace(WORDS, feed="b"), "copy",
            id="words alone find a copy",
        ),
        pytest.param(
            WORDS, signature(GERMAN, "de", encoder="none"), None,
            id="words alone find no translation",
        ),
    ],
)  # fmt: skip
def test_verdict(one: Signature, other: Signature, relation: Relation | None) -> None:
    found = compare(one, other)
    assert found.relation == relation, found.reason
    assert compare(other, one) == found


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        pytest.param(STARS, TOMORROWS_STARS, "about other days", id="in titles"),
        pytest.param(in_text(STARS, 10), in_text(STARS, 12), "about other days", id="in texts"),
        pytest.param(
            in_text(STARS, 10), in_text(STARS, 11), "sentences and anchors agree",
            id="a time zone apart",
        ),
    ],
)  # fmt: skip
def test_other_days_are_another_report(one: str, other: str, reason: str) -> None:
    left = signature(one)
    right = signature(other.replace("what was lost", "a thing that was lost"), feed="b")
    assert compare(left, right).reason == reason


@pytest.mark.parametrize(("one", "other"), [("hi", "mr"), ("ta", "te"), ("am", "km"), ("da", "nb")])
def test_languages_that_the_encoder_takes_for_one_make_no_story(one: str, other: str) -> None:
    left, right = reports(one), reports(other)
    pairs = [(i, j) for i in left for j in right if compare(left[i], right[j]).relation]
    assert pairs == [(i, i) for i, _ in pairs]
    assert len(pairs) > len(left) / 2


def reports(language: str) -> dict[str, Signature]:
    rows = map(json.loads, (REPORTS / f"{language}.jsonl").read_text().splitlines())
    return {r["story"]: signature(f"{r['title']}\n{r['text']}", language) for r in rows}


def test_a_cited_source_makes_weak_evidence_enough() -> None:
    loose = "\n".join(GERMAN.split("\n")[:3]) + "\nDie Regierung in der Hauptstadt schweigt dazu."
    citing = signature(loose, "de", cited_urls=frozenset({"https://a.example/1"}))
    source = signature(ENGLISH, canonical_url="https://a.example/1")
    assert compare(citing, source).relation == "cites"


def test_a_cited_source_does_not_make_another_report_the_same() -> None:
    citing = signature(OTHER, cited_urls=frozenset({"https://a.example/1"}))
    source = signature(ENGLISH, canonical_url="https://a.example/1")
    assert compare(citing, source).relation is None


def test_matches_come_best_first_with_what_they_rest_on() -> None:
    german = signature(GERMAN, "de", article_id=7)
    copied = signature(ENGLISH, feed="b", article_id=8)
    far = signature(OTHER, article_id=9, published=START + timedelta(days=3))
    first, second = judge(signature(ENGLISH, article_id=0), [far, german, copied])
    assert (first.article_id, second.article_id) == (8, 7)
    assert second.evidence["shared_numbers"] == ["127", "2019", "38", "45"]
    assert second.evidence["shared_days"] == ["3-17", "Tue"]


def test_the_alignment_names_each_sentences_partner() -> None:
    pairs = align(signature(ENGLISH), signature(GERMAN, "de"))
    assert [(i, j) for i, j, _ in pairs] == [(i, i) for i in range(6)]


def test_vectors_of_two_encoders_are_not_compared() -> None:
    english, german = signature(ENGLISH), signature(GERMAN, "de")
    other = tuple(
        mark._replace(algorithm=mark.algorithm.replace("use", "e5")) for mark in german.fingerprints
    )
    assert align(english, replace(german, fingerprints=other)) == ()
    assert compare(english, replace(german, fingerprints=other)).relation is None


@pytest.mark.parametrize(
    "other",
    [
        WORDS,
        replace(WORDS, language="de"),
        replace(WORDS, text_hash="a", language="de"),
        signature(ENGLISH),
        signature(ENGLISH.replace("45", "46"), encoder="none"),
        signature(ENGLISH.replace("Fishermen fear", "The fishermen fear"), encoder="none"),
        signature(OTHER, encoder="none", text_hash="a"),
        signature(OTHER, encoder="none", cited_urls=frozenset({"https://a.example/"})),
        signature("A line", encoder="none"),
    ],
)
@pytest.mark.parametrize("probe", [WORDS, replace(WORDS, text_hash="a", feed="b")])
def test_what_words_leave_out_is_no_match(probe: Signature, other: Signature) -> None:
    found = compare(probe, other)
    matches = judge(probe, [other])
    assert [(m.relation, m.score) for m in matches] == (
        [(found.relation, found.score)] if found.relation else []
    )
