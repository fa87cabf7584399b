"""The language of a text, and when to believe a feed."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.language import detect, primary

SAMPLES = {
    "ar": "أعلنت الحكومة يوم الاثنين أنها ستبني جسرا جديدا فوق النهر بعد سنوات من المحادثات.",
    "bg": "Правителството съобщи в понеделник, че ще построи нов мост "
        "над реката след дълги преговори.",
    "bn": "সরকার সোমবার জানিয়েছে যে বহু বছরের আলোচনার পর নদীর উপর "
        "একটি নতুন সেতু নির্মাণ করা হবে।",
    "cs": "Vláda v pondělí oznámila, že po letech jednání postaví přes řeku nový most.",
    "da": "Regeringen oplyste mandag, at den efter flere års "
        "forhandlinger vil bygge en ny bro over åen.",
    "de": "Die Regierung teilte am Montag mit, dass sie nach Jahren eine "
        "neue Brücke über den Fluss baut.",
    "el": "Η κυβέρνηση ανακοίνωσε τη Δευτέρα ότι θα χτίσει νέα γέφυρα πάνω από τον ποταμό.",
    "en": "The government said on Monday that it would build a new "
        "bridge over the river after years.",
    "es": "El gobierno anunció el lunes que construirá un nuevo puente "
        "sobre el río tras años de debate.",
    "et": "Valitsus teatas esmaspäeval, et pärast aastaid kestnud "
        "läbirääkimisi ehitatakse uus sild.",
    "fa": "دولت روز دوشنبه اعلام کرد که پس از سال‌ها گفتگو پل جدیدی روی رودخانه می‌سازد.",
    "fi": "Hallitus kertoi maanantaina rakentavansa joen yli uuden "
        "sillan vuosien neuvottelujen jälkeen.",
    "fil": "Sinabi ng pamahalaan noong Lunes na magtatayo ito ng bagong tulay sa ibabaw ng ilog.",
    "fr": "Le gouvernement a annoncé lundi la construction d'un nouveau pont sur le fleuve.",
    "he": "הממשלה הודיעה ביום שני כי תבנה גשר חדש מעל הנהר לאחר שנים של דיונים.",
    "hi": "सरकार ने सोमवार को कहा कि वर्षों की बातचीत के बाद नदी पर एक नया पुल बनाया जाएगा।",
    "hu": "A kormány hétfőn bejelentette, hogy évek óta tartó "
        "tárgyalások után új hidat épít a folyón.",
    "it": "Il governo ha annunciato lunedì che costruirà un nuovo "
        "ponte sul fiume dopo anni di attesa.",
    "ja": "政府は月曜日、長年の協議を経て川に新しい橋を建設すると発表した。",
    "ka": "მთავრობამ ორშაბათს განაცხადა, რომ მდინარეზე ახალ ხიდს ააშენებს.",
    "ko": "정부는 월요일 수년간의 협의 끝에 강에 새로운 다리를 건설하겠다고 밝혔다.",
    "lt": "Vyriausybė pirmadienį pranešė, kad po ilgų derybų per upę pastatys naują tiltą.",
    "nl": "De regering maakte maandag bekend dat er na jaren een nieuwe brug over de rivier komt.",
    "no": "Regjeringen opplyste mandag at den vil bygge en ny bro over "
        "elva etter flere års samtaler.",
    "pl": "Rząd poinformował w poniedziałek, że po latach rozmów zbuduje nowy most na rzece.",
    "pt": "O governo anunciou na segunda-feira que vai construir uma nova ponte sobre o rio.",
    "ro": "Guvernul a anunțat luni că va construi un nou pod peste râu după ani de discuții.",
    "ru": "Правительство сообщило в понедельник, что после долгих "
        "переговоров построит новый мост.",
    "sv": "Regeringen meddelade på måndagen att den ska bygga en ny "
        "bro över floden efter flera år.",
    "ta": "பல வருட பேச்சுவார்த்தைக்குப் பிறகு ஆற்றின் மீது புதிய பாலம் "
        "கட்டப்படும் என அரசு அறிவித்தது.",
    "th": "รัฐบาลแถลงเมื่อวันจันทร์ว่าจะสร้างสะพานใหม่ข้ามแม่น้ำหลังจากเจรจากันมาหลายปี",
    "tr": "Hükümet pazartesi günü yıllar süren görüşmelerin ardından nehre "
        "yeni bir köprü yapacağını açıkladı.",
    "uk": "Уряд повідомив у понеділок, що після років перемовин збудує новий міст через річку.",
    "ur": "حکومت نے پیر کو کہا کہ برسوں کی بات چیت کے بعد دریا پر ایک نیا پل تعمیر کیا جائے گا۔",
    "vi": "Chính phủ hôm thứ Hai cho biết sẽ xây một cây cầu mới bắc "
        "qua sông sau nhiều năm đàm phán.",
    "zh": "政府周一宣布，经过多年谈判，将在河上修建一座新桥。",
}  # fmt: skip
CROATIAN = "Vlada je u ponedjeljak objavila da će nakon višegodišnjih pregovora graditi novi most."
MALAY = "Kerajaan berkata pada hari Isnin bahawa jambatan baharu akan dibina merentasi sungai itu."


@pytest.mark.parametrize("language", SAMPLES)
def test_a_lead_tells_its_language(language: str) -> None:
    assert detect(SAMPLES[language]) == language


@pytest.mark.parametrize("language", SAMPLES)
def test_a_wrong_claim_changes_nothing(language: str) -> None:
    wrong = "de-DE" if language != "de" else "en-US"
    assert detect(f"{SAMPLES[language]}\n\n" * 6, claim=wrong) == language


@pytest.mark.parametrize(
    ("text", "claim", "language"),
    [
        pytest.param("Rot", "de-AT", "de", id="too short to tell: the claim"),
        pytest.param("Rot", "", "", id="too short to tell: nothing"),
        pytest.param("12:30 – 14:00 / 1.234.567,00 (3) 17", "pl", "pl", id="no letters: the claim"),
        pytest.param("https://example.org/the-new-bridge-over-the-river", "", "", id="an address"),
        pytest.param(CROATIAN, "hr", "hr", id="Croatian"),
        pytest.param(CROATIAN, "bs-Latn-BA", "bs", id="Bosnian if claimed"),
        pytest.param(CROATIAN, "sr-Latn", "sr", id="Serbian if claimed"),
        pytest.param(CROATIAN, "de", "hr|bs|sr", id="one of the three without a claim"),
        pytest.param("Влада је у понедељак објавила да ће градити нови мост.", "", "sr",
                     id="in Cyrillic it is Serbian"),
        pytest.param(MALAY, "ms-MY", "ms", id="Malay"),
        pytest.param(MALAY, "id", "id", id="Indonesian if claimed"),
        pytest.param(SAMPLES["no"], "nb-NO", "no", id="Bokmål is Norwegian"),
        pytest.param(SAMPLES["fil"], "tl", "fil", id="Tagalog is Filipino"),
        pytest.param("", "", "", id="nothing at all"),
    ],
)  # fmt: skip
def test_text_and_claim(text: str, claim: str, language: str) -> None:
    assert detect(text, claim=claim) in language.split("|")


@pytest.mark.parametrize(
    ("claim", "language"),
    [
        ("de-DE", "de"),
        ("DE_at", "de"),
        ("zh-Hans", "zh"),
        ("zh-Hant-TW", "zh"),
        (" en ", "en"),
        ("nb-NO", "no"),
        ("tl", "fil"),
        ("iw", "he"),
        ("sh", "sr"),
        ("ger", "de"),
        ("und", ""),
        ("", ""),
        ("german", ""),
        ("en,de", ""),
        ("*", ""),
    ],
)
def test_primary(claim: str, language: str) -> None:
    assert primary(claim) == language


@given(st.text(), st.text(max_size=12))
def test_any_text_and_claim_get_an_answer(text: str, claim: str) -> None:
    assert detect(text, claim=claim).isascii()


def test_a_long_text_costs_no_more_than_a_lead() -> None:
    begin = time.process_time()
    detect("字" * 1_000_000)
    detect("a" * 1_000_000)
    assert time.process_time() - begin < 1.0
