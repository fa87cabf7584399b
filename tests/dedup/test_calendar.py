"""A day is the same day in every language."""

import re
import unicodedata
from datetime import date

import pytest
from babel import localedata
from babel.dates import format_skeleton
from hypothesis import given
from hypothesis import strategies as st

from ingestor.dedup.calendar import dates
from ingestor.dedup.lexicon import fold

# But Tibetan, which writes what an Arabic numeral stands for in words before it.
LANGUAGES = sorted({tag for tag in localedata.locale_identifiers() if "_" not in tag} - {"bo"})


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "on Tuesday, March 17, 2026"),
        ("en", "on Tuesday, the 17th of March"),
        ("de", "am Dienstag, dem 17. März"),
        ("fr", "le mardi 17 mars"),
        ("es", "el martes 17 de marzo"),
        ("pt", "na terça-feira, 17 de março"),
        ("it", "martedì 17 marzo 2026"),
        ("nl", "op dinsdag 17 maart"),
        ("pl", "we wtorek 17 marca"),
        ("cs", "v úterý 17. března"),
        ("ru", "во вторник, 17 марта"),
        ("uk", "у вівторок, 17-го березня"),
        ("tr", "17 Mart Salı günü"),
        ("hu", "kedden, március 17-én"),
        ("fi", "tiistaina 17. maaliskuuta"),
        ("el", "την Τρίτη 17 Μαρτίου"),
        ("vi", "thứ Ba, ngày 17 tháng 3"),
        ("id", "Selasa (17/3/2026)"),
        ("zh", "3月17日星期二"),
        ("ja", "3月17日（火曜日）"),
        ("ko", "3월 17일 화요일"),
        ("th", "วันอังคารที่ 17 มีนาคม"),
        ("hi", "मंगलवार, 17 मार्च को"),
        ("ar", "يوم الثلاثاء 17 مارس"),
        ("fa", "سه‌شنبه ۱۷ مارس".translate({0x6F1: "1", 0x6F7: "7"})),
        ("lt", "antradienį, kovo 17 d."),
        ("az", "çərşənbə axşamı, 17 mart"),
        ("ka", "სამშაბათს, 17 მარტს"),
        ("ta", "17 மார்ச், செவ்வாய்"),
    ],
)
def test_a_day_and_its_weekday(language: str, text: str) -> None:
    assert set(dates(fold(text), language)) == {"3-17", "Tue"}


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        pytest.param("de", "17.3.2026, 2026-03-17", {"3-17"}, id="in figures"),
        pytest.param("en", "3/17/2026 and 4/5/2026", {"3-17", "4-5"}, id="month first"),
        pytest.param("", "17.3.2026", {"3-17"}, id="an unknown language has figures"),
        pytest.param("de", "im März 17 Verletzte", set(), id="a month and a number are no day"),
        pytest.param("en", "March 2026, 17 people, March 17,500", set(), id="a year is no day"),
        pytest.param("de", "Version 3.17.2, 1.2.3.4", set(), id="a version is no day"),
        pytest.param("tr", "salı günü, cuma akşamı", {"Tue", "Fri"}, id="written small"),
        pytest.param("ta", "வெள்ளம்", set(), id="a flood is no Friday"),
        pytest.param("el", "για τρίτη φορά", set(), id="a third time"),
        pytest.param("az", "bazar ertəsi", {"Mon"}, id="the day after Sunday"),
        pytest.param("en", "99 March, 13/13/2026", set(), id="no month has it"),
    ],
)
def test_what_is_a_day(language: str, text: str, found: set[str]) -> None:
    assert set(dates(fold(text), language)) == found


@pytest.mark.parametrize("month", range(1, 13))
def test_a_day_is_read_as_cldr_writes_it(month: int) -> None:
    for language in LANGUAGES:
        written = format_skeleton("MMMMd", date(2026, month, 17), locale=language)
        plain = re.sub(r"\d", lambda m: str(int(m.group())), unicodedata.normalize("NFKC", written))
        assert f"{month}-17" in set(dates(fold(plain), language)), (language, written)


@given(st.text(max_size=200), st.sampled_from(("en", "zh", "ar", "vi", "")))
def test_any_text_can_be_searched(text: str, language: str) -> None:
    for found in dates(fold(text), language):
        assert found.isalpha() or 1 <= int(found.partition("-")[0]) <= 12
