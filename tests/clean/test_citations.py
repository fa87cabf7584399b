"""Whom a report cites in its sentences, in many languages; and what only looks like it."""

import pytest

from ingestor.clean import clean
from ingestor.clean.citations import outlets_in
from ingestor.models import Entry

REST = "<p>The ministers agreed on Monday to build the bridge after years of talks.</p>"


def names(sentence: str) -> list[str]:
    return [
        source.name for source in clean(Entry(guid="1", html=f"<p>{sentence}</p>{REST}")).sources
    ]


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("Der Minister tritt zurück, berichtet Reuters.", "Reuters"),
        ("Laut der staatlichen Nachrichtenagentur RIA Novosti kommt er im Januar.", "RIA Novosti"),
        ("Die Nachrichtenagentur RIA Novosti berichtete am Montag darüber.", "RIA Novosti"),
        ("Er sagte der Nachrichtenagentur AFP, er gehe.", "AFP"),
        ("dpa zufolge ist er weg.", "dpa"),
        ("He will resign, according to the Russian state news agency TASS.", "TASS"),
        ("“I go,” he told Reuters on Monday.", "Reuters"),
        ("State media said, citing Xinhua, that he left.", "Xinhua"),
        ("Selon l’AFP, il est parti.", "AFP"),
        ("Il est parti, a-t-il déclaré à l’AFP.", "AFP"),
        ("Según EFE, se marchó.", "EFE"),
        ("Secondo l’ANSA è partito.", "ANSA"),
        ("Ha detto all’ANSA che parte.", "ANSA"),
        ("Segundo a Lusa, ele partiu.", "LUSA"),
        ("Об этом сообщает РИА Новости.", "RIA Novosti"),
        ("По данным ТАСС, он ушел.", "TASS"),
        ("Про це повідомляє Укрінформ.", "Ukrinform"),
        ("据新华社报道，他走了。", "Xinhua"),
        ("共同通信によると、彼は去った。", "Kyodo"),
        ("연합뉴스에 따르면 그는 떠났다.", "Yonhap"),
        ("Theo TTXVN, ông đã đi.", "VNA"),
        ("Reuters'ın haberine göre gitti.", "Reuters"),
        ("وبحسب وكالة رويترز غادر.", "Reuters"),
        ("STT:n mukaan hän lähti.", "STT"),
        ("Według PAP wyjechał.", "PAP"),
        ("Podle ČTK odjel.", "ČTK"),
        ("Menurut Antara, dia pergi.", "Antara"),
        ("Enligt TT reser han.", "TT"),
        ("Laut der Hafenzeitung ist er weg.", "Hafenzeitung"),
        ("According to the Eastmouth Times, he left.", "Eastmouth Times"),
        ("Laut spiegel.de ist er weg.", "spiegel.de"),
        ("He left, according to news.example.org.", "news.example.org"),
        ("He left, according to harbour-star.com.my on Monday.", "harbour-star.com.my"),
        ("据东海日报报道，他走了。", "东海日报"),
        ("東海新聞によると、彼は去った。", "東海新聞"),
        ("동해일보에 따르면 그는 떠났다.", "동해일보"),
        ("Theo báo Tuổi Trẻ, ông đã đi.", "Tuổi Trẻ"),
        ("Selon Le Monde, il part.", "Le Monde"),
    ],
)
def test_a_sentence_that_cites_names_its_source(sentence: str, name: str) -> None:
    assert names(sentence) == [name]


@pytest.mark.parametrize(
    "sentence",
    [
        "Reuters has moved into a new building.",
        "According to the police, nobody was hurt.",
        "Laut Polizei kam niemand zu Schaden.",
        "According to Smith, the bridge is safe.",
        "Laut Ministerium ist alles gut.",
        "Theo ông Nam, tàu chạy.",
        "The AP exam was hard, students told teachers.",
        "He told the Senate that Bloomberg would run.",
        "据了解，他已离开。",
        "Selon Marie Dupont, il part.",
        "According to Luke, it was night.",
        "Segundo o ministro, está bem.",
        "He paid at the post office.",
        "Die Anzeige in der Zeitung kostete ihn viel.",
        "Volgens Jan is het klaar.",
        "По данным полиции, никто не пострадал.",
        "The Social Party (SPA) won, and machines may think (AGI) some day.",
        "They counted 12 AAA and AA batteries, according to the shop.",
    ],
)
def test_who_is_no_outlet_or_only_spoken_of_is_no_source(sentence: str) -> None:
    assert names(sentence) == []


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (f"<p>It rained. (Quelle: Getty Images)</p>{REST}", []),
        (f"<p>It rained. (Quelle: Jane Doe)</p>{REST}", []),
        (f"{REST}<p>(Quelle: Hafenbote)</p>", ["Hafenbote"]),
        (f"{REST}<p>Theo VnExpress</p>", ["VnExpress"]),
        (f"{REST}<p>(Theo Tuổi Trẻ)</p>", ["Tuổi Trẻ"]),
        (f"{REST}<p>Laut Ministerium</p>", []),
    ],
)
def test_a_line_that_may_name_a_photographer_or_an_office_is_no_source(
    html: str, expected: list[str]
) -> None:
    assert [source.name for source in clean(Entry(guid="1", html=html)).sources] == expected


@pytest.mark.parametrize(
    "outlet",
    [
        "Guardian",
        "Hafenzeitung",
        "Kystbladet",
        "Nacht-Herald",
        "Ведомости",
        "Tuổi Trẻ",
        "example.com",
        "海港日报",
    ],
)
def test_an_outlet_is_found_by_whatever_tells_it(outlet: str) -> None:
    assert list(outlets_in(f"The bridge opens on Monday, according to {outlet}, at noon.")) == [
        outlet
    ]
