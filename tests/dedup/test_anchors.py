"""Numbers in every notation, names in every spelling."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.dedup.anchors import (
    OF_WHOLE,
    Anchors,
    anchors_of,
    from_fingerprint,
    numbers,
    to_fingerprint,
)
from ingestor.dedup.names import skeleton
from ingestor.dedup.shared import shared_by


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("1,500,000 or 1.500.000 or 1 500 000", {"15"}, id="thousands"),
        pytest.param("1.5 million, 1,5 Millionen, 150万, 1.5 crore", {"15"}, id="magnitudes"),
        pytest.param("3億5000万", {"35"}, id="grouped by ten thousands"),
        pytest.param("1만2000", {"12"}, id="grouped by ten thousands in Korean"),
        pytest.param("१२३४ ١٢٣٤ １２３４", {"1234"}, id="digits of other scripts"),
        pytest.param("26.12.2024 and 2024-12-26 and 26/12/2024", {"26", "2024"}, id="dates"),
        pytest.param("12月26日", {"26"}, id="a month is a word elsewhere"),
        pytest.param("5 of 700", set(), id="one significant digit says nothing"),
        pytest.param("no number", set(), id="none"),
    ],
)
def test_numbers(text: str, found: set[str]) -> None:
    assert set(numbers(text)) == found


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        pytest.param("tr", "2 bin 900 işçi", {"29"}, id="thousands and the rest"),
        pytest.param("tr", "1 milyar 204 milyon lira", {"1204"}, id="thousands of millions"),
        pytest.param("hi", "26 करोड़ 50 लाख, 16 हजार 900", {"265", "169"}, id="lakhs and crores"),
        pytest.param("ur", "26 کروڑ 50 لاکھ یورو", {"265"}, id="in Urdu"),
        pytest.param("fa", "۱۶ هزار و ۹۰۰ نفر", {"169"}, id="an and between"),
        pytest.param("ta", "4 ஆயிரத்து 200", {"42"}, id="another ending"),
        pytest.param("vi", "2 nghìn 900 người", {"29"}, id="one word begins another"),
        pytest.param("ko", "2만2천 마리", {"22"}, id="East Asian signs"),
        pytest.param("zh", "3亿5000万", {"35"}, id="a word after each part"),
        pytest.param("ja", "3億5000万1万2000", {"35", "12"}, id="two numbers"),
        pytest.param("bn", "৩ দশমিক ৭৫ শতাংশ", {"375"}, id="a decimal sign in words"),
        pytest.param("ja", "118億5千万ドル", {"1185"}, id="signs of two characters"),
        pytest.param("ne", "2 करोड 50 लाख", {"25"}, id="what CLDR has wrong"),
        pytest.param("ar", "16 ألفاً و900", {"169"}, id="and, written to the number"),
        pytest.param("en", "3 million people, 14 ships", {"14"}, id="two things"),
        pytest.param("en", "3 million 14,500", {"145"}, id="a number of its own"),
        pytest.param("en", "300 million 12-year bonds", {"12"}, id="no thousand"),
        pytest.param("en", "5 thousand. 12 of", {"12"}, id="another sentence"),
        pytest.param("hi", "5 हजार। 12", {"12"}, id="another sentence in Hindi"),
        pytest.param("ko", "제250조 12항", {"25", "12"}, id="an article of a law"),
        pytest.param("tr", "15 bina 20 ev", {"15"}, id="another word"),
        pytest.param("en", "up to 3 thousand\n20 people, 45", {"45"}, id="another line"),
        pytest.param("", "16 thousand 900", {"16"}, id="no language"),
    ],
)
def test_numbers_that_words_part_are_one(language: str, text: str, found: set[str]) -> None:
    assert set(numbers(text, language)) == found


def test_a_number_at_the_end_of_a_line_leaves_the_numbers_of_each_sentence_alone() -> None:
    found = anchors_of("The profit rises to 3 thousand", "20 people. At 45 sites.", "en")
    assert found.told == (frozenset({"3"}), frozenset({"2"}), frozenset({"45"}))


def test_the_buddhist_year_is_the_common_year() -> None:
    assert set(numbers("พ.ศ. 2567", "th")) == {"2024"}


@pytest.mark.parametrize(
    "spellings",
    [
        pytest.param(("Pezeshkian", "Peseschkian", "Пезешкиан", "پزشکیان"), id="Pezeshkian"),
        pytest.param(("Putin", "Путин", "بوتين", "पुतिन"), id="Putin"),
        pytest.param(("Lavrov", "Lawrow", "Лавров"), id="Lavrov"),
        pytest.param(("Merkel", "Меркель", "メルケル"), id="Merkel"),
        pytest.param(
            (
                *("Lindqvist", "Линдквист", "Λίντκβιστ", "ლინდქვისტი", "Լինդքվիստ", "लिंडक्विस्ट"),
                *("লিন্ডকভিস্ট", "லிண்ட்க்விஸ்ட்", "లిండ్‌క్విస్ట్", "ሊንድክቪስት", "린드크비스트"),
                *("リンドクヴィスト", "Lindqvistille", "Lindqvisttel"),
            ),
            id="Lindqvist",
        ),
    ],
)
def test_a_name_is_known_by_its_consonants(spellings: tuple[str, ...]) -> None:
    assert len({skeleton(spelling) for spelling in spellings}) == 1


def test_names_are_capitalised_words_that_begin_no_sentence() -> None:
    found = anchors_of("", "Yesterday Merkel spoke. Tomorrow nobody will.", "en")
    assert found.names == {skeleton("Merkel")}


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        pytest.param("cs", "Tvrdí, že článek napsal Novotný.", {"Novotný"}, id="small letters"),
        pytest.param("ro", "A spus că Ștefănescu vine.", {"Ștefănescu"}, id="Romanian"),
        pytest.param("el", "Χθες ο Έλληνας μίλησε.", {"Έλληνας"}, id="Greek"),
        pytest.param(
            "uk", "Учора Ґонґадзе та Єрмоленко пішли.", {"Ґонґадзе", "Єрмоленко"}, id="Ukrainian"
        ),
        pytest.param("hy", "Երեկ Մարտիրոսյան խոսեց։", {"Մարտիրոսյան"}, id="Armenian"),
    ],
)
def test_names_begin_with_any_capital_there_is(language: str, text: str, names: set[str]) -> None:
    assert {skeleton(name) for name in names} == anchors_of("", text, language).names


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        pytest.param("ka", "თქვა ლინდქვისტმა ხუთშაბათს.", "Lindqvist", id="Georgian"),
        pytest.param("am", "ሊንድክቪስት ሐሙስ ተናገሩ።", "Lindqvist", id="Amharic"),
        pytest.param("si", "ලින්ඩ්ක්විස්ට් පැවසීය.", "Lindqvist", id="Sinhala"),
        pytest.param("ja", "総裁のリンドクヴィスト氏は", "Lindqvist", id="within unspaced text"),
    ],
)
def test_where_there_are_no_capitals_any_word_may_be_a_name(
    language: str, text: str, name: str
) -> None:
    assert skeleton(name) in anchors_of("", text, language).words


def test_long_words_that_two_scripts_without_capitals_share_are_names() -> None:
    hindi = anchors_of("", "गवर्नर लिंडक्विस्ट ने कहा", "hi")
    bengali = anchors_of("", "গভর্নর লিন্ডকভিস্ট বলেন", "bn")
    assert skeleton("Lindqvist") in shared_by(hindi, bengali).names


@pytest.mark.parametrize(
    ("title", "text", "tickers"),
    [
        pytest.param("IBM <IBM> SETS DIVIDEND", "As <GE> did.", {"IBM"}, id="the title goes first"),
        pytest.param("Dividend", "Apple (NASDAQ: AAPL) said so.", {"AAPL"}, id="an exchange"),
        pytest.param("Health", "The agency (WHO) said so.", set(), id="an acronym is none"),
    ],
)
def test_tickers(title: str, text: str, tickers: set[str]) -> None:
    assert anchors_of(title, text, "en").tickers == tickers


@given(st.text(max_size=300))
def test_any_text_has_anchors_and_they_survive_storage(text: str) -> None:
    found = anchors_of("", text, "en")
    assert from_fingerprint(to_fingerprint(found)) == found
    whole = replace(found, told=(), named=(), lengths=())
    assert anchors_of("", text, "en", by_sentence=False) == whole
    written = to_fingerprint(whole, by_sentence=False)
    assert (written.algorithm, from_fingerprint(written)) == (OF_WHOLE, whole)


def test_no_text_has_no_anchors() -> None:
    assert anchors_of("", "", "") == Anchors()
