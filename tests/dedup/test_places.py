"""A country is one, in whatever language, with whatever ending, and as a nationality."""

import pytest

from ingestor.dedup.lexicon import fold
from ingestor.dedup.places import countries


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Vietnamese officials met their German counterparts."),
        ("de", "Vietnamesische Beamte trafen ihre deutschen Kollegen."),
        ("fr", "Des responsables vietnamiens ont rencontré leurs homologues allemands."),
        ("es", "Funcionarios de Vietnam se reunieron con sus colegas alemanes."),
        ("it", "Funzionari vietnamiti hanno incontrato i colleghi tedeschi."),
        ("pl", "Urzędnicy z Wietnamu spotkali się z niemieckimi kolegami."),
        ("cs", "Vietnamští úředníci se setkali s německými kolegy."),
        ("ru", "Вьетнамские чиновники встретились с коллегами из Германии."),
        ("tr", "Vietnam'dan yetkililer Almanya'daki meslektaşlarıyla görüştü."),
        ("hu", "Vietnámi tisztviselők találkoztak német kollégáikkal."),
        ("vi", "Các quan chức Việt Nam gặp đồng nghiệp Đức."),
        ("zh", "越南官员会见了德国同行。"),
        ("ja", "ベトナムの当局者はドイツの同僚と会談した。"),
        ("ko", "베트남 관리들이 독일의 동료들을 만났다."),
        ("th", "เจ้าหน้าที่เวียดนามพบเจ้าหน้าที่เยอรมนี"),
        ("ar", "التقى مسؤولون فيتناميون بنظرائهم في ألمانيا."),
        ("he", "פקידים מווייטנאם נפגשו עם עמיתיהם מגרמניה."),
        ("am", "የቬትናም ባለሥልጣናት በጀርመን ተገናኙ።"),
        ("ka", "ვიეტნამელი ჩინოვნიკები გერმანიაში კოლეგებს შეხვდნენ."),
        ("hy", "Վիետնամի պաշտոնյաները հանդիպեցին գերմանական գործընկերներին։"),
        ("te", "వియత్నాం అధికారులు జర్మనీలో కలిశారు."),
        ("ha", "Jami'an Biyetinam sun gana da takwarorinsu na Jamus."),
    ],
)
def test_two_countries(language: str, text: str) -> None:
    assert set(countries(fold(text), language)) == {"VN", "DE"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        pytest.param("en", "The guinea pig sat on a jersey.", id="a common word"),
        pytest.param("ru", "Малина созрела мало где.", id="a short name begins many words"),
        pytest.param("id", "Perusahaan itu tumbuh.", id="a short name and a capital"),
        pytest.param("fi", "Hän sai puolet ja samaan korkeimman.", id="a short stem of a language"),
        pytest.param("de", "Rund hundert", id="and one in German"),
        pytest.param("id", "tujuh persen", id="and one in Indonesian"),
        pytest.param("ka", "სამმა თქვა დანით", id="a short stem where there are no capitals"),
        pytest.param("he", "בלילה שכיהן", id="a geresh is of a letter"),
        pytest.param("ar", "كمان مانع", id="and Arabic vowels of the one before"),
        pytest.param("vi", "Ba lần vô địch. Ai cấp phép?", id="a name has all its capitals"),
        pytest.param("fr", "Une réunion aura lieu demain.", id="a meeting"),
        pytest.param("", "Vietnam", id="no language"),
        pytest.param("xx", "Vietnam", id="a language that CLDR does not know"),
    ],
)
def test_no_country(language: str, text: str) -> None:
    assert set(countries(fold(text), language)) == set()


@pytest.mark.parametrize(
    ("language", "text", "country"),
    [
        pytest.param("he", "נשיא מברזיל", "BR", id="what looks like a small word is of the name"),
        pytest.param("ar", "من ولاية والهند", "IN", id="and, and the"),
        pytest.param("hi", "फ्रांस में", "FR", id="without the dot below"),
        pytest.param("ar", "الخبير الروسي", "RU", id="an adjective in Arabic"),
        pytest.param("sr", "руске власти", "RU", id="in Serbian"),
        pytest.param("sv", "en rysk tidning", "RU", id="in Swedish"),
        pytest.param("vi", "ở Ai Cập", "EG", id="two short words"),
        pytest.param("vi", "của Ấn Độ", "IN", id="and shorter ones"),
    ],
)
def test_a_country_however_it_is_written(language: str, text: str, country: str) -> None:
    assert set(countries(fold(text), language)) == {country}


def test_the_longer_name_goes_first() -> None:
    assert list(countries("Papua New Guinea and Nigeria", "en")) == ["PG", "NG"]
