"""What no reporter would send: each kind has a stated outcome; docs/dedup.md lists them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestor.dedup.signature import unpack
from ingestor.encoders.sentences import MAX_SENTENCES
from tests.newsroom import ALPHA, BETA, GAMMA, Newsroom, item, newsroom, story

HEBREW = (
    (
        "ראש הממשלה חנך היום גשר חדש. הגשר מחבר בין שתי ערים. הבנייה נמשכה שלוש שנים."
        " התושבים שמחים מאוד."
    ),
    ("החקלאים מצפים ליבול טוב השנה. הגשם ירד בזמן. מחיר החיטה ירד. המומחים מזהירים מפני בצורת."),
)
HINDI = (
    (
        "प्रधान मंत्री ने आज नए पुल का उद्घाटन किया। पुल दो शहरों को जोड़ता है। निर्माण में तीन साल लगे।"
        " निवासी बहुत खुश हैं।"
    ),
    (
        "किसानों को इस साल अच्छी फसल की उम्मीद है। बारिश समय पर हुई। गेहूं के दाम गिर गए।"
        " विशेषज्ञ सावधानी की सलाह देते हैं।"
    ),
)
AMHARIC = (
    (
        "ጠቅላይ ሚኒስትሩ ዛሬ በአዲስ አበባ አዲስ ድልድይ መረቁ። ድልድዩ ሁለት ወረዳዎችን ያገናኛል። ግንባታው ሦስት ዓመት ፈጅቷል።"
        " ነዋሪዎች መደሰታቸውን ተናገሩ። ወጪው በመንግሥት ተሸፍኗል።"
    ),
    (
        "ገበሬዎች በዚህ ዓመት ጥሩ ምርት እንደሚጠብቁ ተናግረዋል። ዝናቡ በወቅቱ ጥሏል። የስንዴ ዋጋ ቀንሷል።"
        " ነጋዴዎች ገበያው ተረጋግቷል ይላሉ። ባለሙያዎች ግን ጥንቃቄ ያስፈልጋል አሉ።"
    ),
)
TIFINAGH = (
    "ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ ⵉⵎⴷⴷⵓⴽⴰⵍ ⵏⵏⵖ. ⵜⴰⵎⴰⵣⵉⵖⵜ ⵜⴳⴰ ⵜⵓⵜⵍⴰⵢⵜ ⵏⵏⵖ. ⴰⵙⵙⴰ ⵉⵍⵍⴰ ⵓⵏⵥⴰⵔ. ⵜⴰⵎⴷⵉⵏⵜ ⵜⵎⵇⵇⵓⵔ ⴰⵟⵟⴰⵙ.",
    "ⴰⵔⴳⴰⵣ ⵉⵙⵖⴰ ⵢⴰⵏ ⵓⵢⵢⵉⵙ. ⵜⴰⵎⵖⴰⵔⵜ ⵜⵙⵡⴰ ⴰⵎⴰⵏ. ⵉⴼⵔⵓⵅⵏ ⵍⵍⴰⵏ ⴳ ⵜⵉⵏⵎⵍ. ⴰⵏⵎⵍⴰ ⵉⵙⵙⵏ ⵜⵉⵔⵔⴰ.",
)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path, encoder="use") as opened:
        yield opened


def sentences(room: Newsroom, article_id: int = 1) -> int:
    """How many sentences of an article can be compared by meaning."""
    (signature,) = room.ledger.store.signatures([article_id])
    return len(unpack(signature.fingerprints).sentences)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        pytest.param("", 1, id="no text"),
        pytest.param("Nothing more yet", 2, id="three words"),
        pytest.param("!!! … --- ???", 2, id="no letters"),
    ],
)
async def test_too_little_text_is_kept_and_never_a_duplicate(
    room: Newsroom, text: str, known: int
) -> None:
    for feed in (ALPHA, BETA):
        await room.publish(feed, item(1, title="Harbour closed", text=text))
    assert len(room.stories()) == 2
    assert room.rows("SELECT DISTINCT title FROM articles") == [("Harbour closed",)]
    assert sentences(room) == known


async def test_neither_title_nor_text_is_kept_and_never_a_duplicate(room: Newsroom) -> None:
    for feed in (ALPHA, BETA):
        await room.publish(feed, item(1, title="", text=""))
    assert len(room.stories()) == 2
    assert sentences(room) == 0


async def test_of_a_thousand_sentences_the_first_are_compared_by_meaning(room: Newsroom) -> None:
    thousand = " ".join(story(number) for number in range(170))
    await room.publish(ALPHA, item(1, text=thousand))
    await room.publish(BETA, item(1, text=f"{thousand} One sentence more."))
    assert sentences(room) == MAX_SENTENCES
    assert [len(story_) for story_ in room.stories()] == [2]
    assert room.rows("SELECT relation FROM matches") == [("copy",)]


async def test_a_sentence_of_a_megabyte_is_compared_by_its_words(room: Newsroom) -> None:
    endless = story(1).replace(".", ",") * (1_000_000 // len(story(1)))
    for feed in (ALPHA, BETA):
        await room.publish(feed, item(1, text=endless))
    await room.publish(GAMMA, item(2, text=story(2).replace(".", ",") * 2000))
    assert sentences(room) == 2  # the title, and its beginning
    assert sorted(map(len, room.stories())) == [1, 2]


async def test_mixed_languages_are_compared_sentence_by_sentence(room: Newsroom) -> None:
    mixed = (
        "The minister opened the new hospital on Monday. Die Ärzte loben die großen Räume."
        " Les travaux ont duré cinq ans. 市民は長い間この病院を待っていた。"
        " El coste superó los 300 millones. Больница примет первых пациентов в мае."
    )
    other = (
        "The team won the final against Serbia on Sunday. Die Fans feierten bis zum Morgen."
        " L'entraîneur a remercié ses joueurs. 次の試合は五月に行われる。"
        " Las entradas se agotaron en una hora. Билеты стоили 40 евро."
    )
    await room.publish(ALPHA, item(1, text=mixed))
    await room.publish(BETA, item(1, text=f"{mixed} Il ministro era contento."))
    await room.publish(GAMMA, item(2, text=other))
    assert sentences(room) == 7
    assert room.stories() == [{"alpha.example/1", "beta.example/1"}, {"gamma.example/2"}]


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(HEBREW, id="Hebrew"),
        pytest.param(HINDI, id="Hindi"),
        pytest.param(AMHARIC, id="Amharic"),
        pytest.param(TIFINAGH, id="Tifinagh"),
    ],
)
async def test_of_what_the_encoder_cannot_read_or_hardly_only_copies_are_one_story(
    room: Newsroom, texts: tuple[str, str]
) -> None:
    one, other = texts
    await room.publish(ALPHA, item(1, text=one, title=""))
    await room.publish(BETA, item(2, text=other, title=""))
    assert len(room.stories()) == 2
    await room.publish(GAMMA, item(1, text=one, title=""))
    assert sorted(map(len, room.stories())) == [1, 2]


async def test_what_the_encoder_cannot_read_has_no_meaning(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1, text=AMHARIC[0], title=""))
    assert sentences(room) == 0


async def test_a_text_that_is_all_boilerplate_is_left_empty_and_never_a_duplicate(
    room: Newsroom,
) -> None:
    boilerplate = "[ad_1]</p><p>(Source: Getty Images)</p><p>Comments (0)</p><p>[ad_2]"
    for number, feed in enumerate((ALPHA, BETA)):
        await room.publish(feed, item(number, text=boilerplate))
    assert room.rows("SELECT DISTINCT text FROM articles") == [("",)]
    assert room.count("removals") >= 6
    assert len(room.stories()) == 2
