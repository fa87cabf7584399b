"""Lines of reports that look like residue stay; what agencies and portals sign with goes."""

import pytest

from ingestor.clean import clean
from ingestor.clean.markup import blocks
from ingestor.models import Entry

ABOVE = "<p>The harbour gets a new crane in spring. It costs four million.</p>"
BELOW = "<p>The council votes on it in March, its speaker said.</p>"


def kept(html: str) -> list[str]:
    entry = Entry(guid="1", link="https://portal.example/a-1.html", html=html)
    return clean(entry).text.split("\n\n")


def texts(html: str) -> list[str]:
    return [block.text for block in blocks(html)]


@pytest.mark.parametrize(
    "markup",
    [
        "<h3>Anzeige</h3>", "<h3>Promoted</h3>", "<h2>Annonce</h2>", "<h3>公告</h3>",
        "<h3>Duyuru</h3>",
        "<h2>Nach der Anzeige geht die Suche weiter</h2>", "<h2>Reklama drożeje dalej</h2>",
        "<table><tr><th>Advertising</th><th>PR</th></tr><tr><td>12</td><td>Talla</td></tr></table>",
        "<h3>Teilen</h3>", "<h3>Print</h3>", "<h3>Deel 3</h3>", "<h3>Del 4</h3>",
        "<h3>Me gusta</h3>",
        "<h3>Comment 4</h3>", "<h3>Reactie 2</h3>", "<p>意见 3</p>", "<h3>Comment ?</h3>",
        "<h3>Vorlesen</h3>", "<p>[Verse 3]</p>", "<p>[Strophe 2]</p>",
        "<ul><li>2,100 comments</li><li>80,000 views</li><li>900 shares</li></ul>",
        "<ul><li>Bild: 14 Zoll</li><li>Veröffentlicht: 4. Mai 2025</li><li>Gewicht: 2 kg</li></ul>",
        "<ul><li>Image : Anne Dupont</li><li>Zdjęcia: Jan Nowak</li><li>Musik: Ole Berg</li></ul>",
        "<p>Image: up to 30 megapixels</p>", "<p>配信：2025年5月4日</p>",
        "<p>Nicht verpassen: die Werft am Sonntag</p>", "<p>Don’t miss: the crane at noon</p>",
        "<p>Plus d’informations : 01 23 45 67 89</p>", "<p>Más información: 91 234 56 78</p>",
    ],
)  # fmt: skip
def test_headings_items_and_cells_of_reports_stay(markup: str) -> None:
    html = ABOVE + markup + BELOW
    assert kept(html) == texts(html)


@pytest.mark.parametrize(
    "line",
    [
        "Join us on Sunday, wrote the mayor, and ask.", "Sign up for the choir by 3 May.",
        "Download the app of the ferry before you go.", "Síguenos, gritaban desde el muelle.",
        "We followed the app of the port to the pier.", "Isha: 8.15 pm", "Via Giuseppe Garibaldi",
        "Tags: 4 bis 9 Grad", "Reuters said so", "The agency is called STA.", "(sic)",
        "Points: 9 of 20",
        "More than 40 engineers contributed to this report.", "Kontakt: hafen@portal.example",
        "Mit Material von gestern", "This is a developing story of two towns.", "责任编辑很忙。",
        "He asked for more. (Reuters)",
    ],
)  # fmt: skip
def test_last_lines_of_reports_stay(line: str) -> None:
    html = f"{ABOVE}{BELOW}<p>{line}</p>"
    assert kept(html)[-1] == line


def test_the_last_fact_of_a_list_stays() -> None:
    html = f"{ABOVE}{BELOW}<ul><li>Rebounds: 8</li><li>Points: 12</li></ul>"
    assert kept(html) == texts(html)


@pytest.mark.parametrize(
    "markup",
    [
        "<h3>ADVERTISEMENT</h3>", "<h3>Advertisement</h3>", "<h3>[Anzeige]</h3>",
        "<h4>— Werbung —</h4>",
        "<h3>Story continues below advertisement</h3>", "<h3>Share this:</h3>",
        "<h3>Teilen mit:</h3>",
        "<h3>Artikel teilen</h3>", "<h3>Share on Facebook</h3>", "<h3>Kommentare (14)</h3>",
        "<h3>Listen to this article</h3>", "<ul><li>Foto: Max Muster/dpa</li></ul>",
        "<ul><li>Photo: Getty Images</li></ul>", "<p>Foto: privat</p>",
        "<p>Photo: courtesy of the port</p>",
        "<p>Stand: 3. Mai 2025, 10:30 Uhr</p>", "<p>Sur le même sujet : les grues du port</p>",
        "<p>View this post on Instagram</p>", "<p>Ein Beitrag geteilt von Hafen (@hafen)</p>",
        "<ul><li>Click to share on Mastodon (Opens in new window)</li></ul>",
        "<p>Me gusta esto: Me gusta Cargando...</p>", "<p>[Gambas:Video Pelabuhan]</p>",
        "<p>Реклама. ООО «Причал», ИНН 7812345678, erid: LjN8KabcD</p>",
        "<p>An dieser Stelle findest du Inhalte aus Instagram. Ein Klick lädt sie.</p>",
    ],
)  # fmt: skip
def test_what_portals_print_between_paragraphs_goes(markup: str) -> None:
    assert kept(ABOVE + markup + BELOW) == texts(ABOVE + BELOW)


@pytest.mark.parametrize(
    "line",
    [
        "STA", "(APA)", "/ritzau/", "（共同）", "연합뉴스", "—IANS", "-- BERNAMA", "(APA/red)",
        "red/dpa",
        "(END)", "（完）", "(xyz)", "(ab/cde)", "12 Comments", "Post Views: 2.310",
        "Reporting by Ann Roe in Hull; Editing by Bob Doe", "Ann Roe contributed to this report.",
        "Our Standards: The Thomson Reuters Trust Principles.", "(With inputs from agencies)",
        "Mit Material von dpa", "(With PTI inputs)", "Con información de agencias",
        "This story originally appeared on Port Weekly.", "Published in Port Weekly, May 3rd, 2025",
        "(This story has not been edited by Port staff and is auto-generated from a feed.)",
        "Read more of this story at Portdot.",
        "Copyright 2025 Port Radio. To see more, visit https://port.example.",
        "Если вы нашли ошибку, пожалуйста, выделите её и нажмите Ctrl+Enter.", "责任编辑：陈晨",
        "【编辑:赵敏】",
        "打开APP阅读全文", "Chủ đề: bến cảng Hải Phòng",
        "Mời bạn đọc theo dõi chương trình tối nay",
        "제보는 카카오톡 port1", "2025/05/03 09:10 송고", "홍길순 기자 port@port.example",
        "Har du tips? Kontakt oss", "Masz dla nas temat? Napisz!", "via portal.org", "Via AFP",
    ],
)  # fmt: skip
def test_what_stands_under_a_report_goes(line: str) -> None:
    assert kept(f"{ABOVE}{BELOW}<p>{line}</p>") == texts(ABOVE + BELOW)


@pytest.mark.parametrize(
    ("line", "agency"),
    [
        ("STA", "STA"), ("(APA/red)", "APA"), ("/ritzau/", "Ritzau"), ("（共同）", "Kyodo"),
        ("연합뉴스", "Yonhap"), ("–IANS/na", "IANS"), ("Mit Material von dpa", "dpa"),
        ("Via AFP", "AFP"),
    ],
)  # fmt: skip
def test_the_agency_that_signs_is_a_source(line: str, agency: str) -> None:
    cleaned = clean(Entry(guid="1", html=f"{ABOVE}{BELOW}<p>{line}</p>"))
    assert [(source.kind, source.name) for source in cleaned.sources] == [("agency", agency)]


@pytest.mark.parametrize(
    "tail",
    [
        "Photo: VNA", "Foto: Minh Anh/VNA", "Read also: Old crane sold for scrap",
        "Lesen Sie auch: Alter Kran verschrottet", "Читайте также: Старый кран продан",
    ],
)  # fmt: skip
def test_the_end_of_a_paragraph_in_the_midst_of_a_report_goes(tail: str) -> None:
    html = "<p>The old crane is sold.{}</p>" + BELOW
    assert kept(html.format(f" {tail}")) == texts(html.format(""))


@pytest.mark.parametrize(
    "text",
    [
        "The old crane is sold. More information: The harbour office",
        "The old crane is sold. Photo: a man who looks up",
        "It shows the picture: Anna before the crane",
    ],
)
def test_the_end_of_a_paragraph_that_is_the_reports_stays(text: str) -> None:
    assert kept(f"<p>{text}</p>{BELOW}")[0] == text


@pytest.mark.parametrize("line", ["STA", "(mki)", "12 comments"])
def test_an_item_of_a_list_is_no_signature(line: str) -> None:
    html = f"{ABOVE}<ul><li>TASR</li><li>Hina</li><li>{line}</li></ul>"
    assert kept(html)[-1] == line


def test_an_editor_is_found_under_a_sentence_with_a_sign_behind_it() -> None:
    html = f"{ABOVE}<p>He said it costs too much. (dpa)</p><p>Redigiert von Anna Muster</p>"
    assert kept(html)[-1] == "He said it costs too much. (dpa)"


@pytest.mark.parametrize(
    "line",
    [
        "Follow us on Facebook and X.", "Quelle: dpa", "（共同）", "Sledujte nás na Instagramu",
        "(Reporting by Ann Roe; Editing by Bob Doe)", "Fehler gefunden? Jetzt melden.",
        "Nguồn: https://bao.example/cau-moi-20250312.htm", "무단 전재 및 재배포 금지",
    ],
)  # fmt: skip
@pytest.mark.parametrize("below", ["<p>Zoggle the frob</p>", "<p>Zoggle the frob</p><p>Flap</p>"])
def test_a_line_that_no_rule_knows_does_not_shield_those_above_it(line: str, below: str) -> None:
    html = f"{ABOVE}{BELOW}{{}}{below}"
    assert kept(html.format(f"<p>{line}</p>")) == texts(html.format(""))


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Follow us on Facebook, said another.</p><p>Nobody did.</p>",
        "<p>Share the bread<br>Read of the stars<br>And sign up for the line</p><p>It rained.</p>",
        "<p>Zoggle (3)</p><p>It rained.</p>", "<h3>See also</h3><p>Miller</p><p>Awk</p>",
        "<ul><li>Image : Anne Dupont</li><li>Zdjęcia: Jan Nowak</li><li>Musik: Ole Berg</li></ul>",
        "<p>Quelle: dpa</p><p>One</p><p>Two</p><p>Three</p>",
        "<p>Samstag, 3. Mai 2025, 19.30 Uhr</p>", "<p>3 mai 2025 à 20h00</p>",
        "<p>Titel: Der Kran</p><p>Autor: Franz Muster</p>", "<p>Saken fortsetter under påsken.</p>",
        "<p>Video: Two minutes of the harbour, without sound.</p><p>It rained.</p>",
    ],
)  # fmt: skip
def test_short_lines_at_the_end_of_reports_stay(markup: str) -> None:
    html = ABOVE + BELOW + markup
    assert kept(html) == texts(html)


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Foto: D.H.</p>", "<p>Ảnh: N.V.A</p>", "<p>Video: VTV</p>", "<p>fot. Anna Nowak</p>",
        "<p>WATCH: Crane lifts its first ship</p>", "<p>VIDEO: El primer barco de la grúa</p>",
        "<p>Tekst gaat verder onder de foto</p>", "<p>Článek pokračuje pod videem a reklamou</p>",
        "<p>Follow us on WhatsApp and Instagram</p>", "<p>រូបភាព៖ AKP</p>",
        "<p>Your browser does not support the audio element.</p>",
        "<p>By signing up, you agree to our terms.</p>", "<p>ተጨማሪ ያንብቡ፦ አዲስ ድልድይ</p>",
    ],
)  # fmt: skip
def test_more_that_portals_print_between_paragraphs_goes(markup: str) -> None:
    assert kept(ABOVE + markup + BELOW) == texts(ABOVE + BELOW)


@pytest.mark.parametrize(
    "line",
    [
        "Rate this article", "Bewerten Sie diesen Artikel", "Autor: Anna Nowak",
        "What do you think of the crane? Let us know in the comments below.",
        "Original-Content von: Hafenamt, übermittelt durch news aktuell",
        "Provided by University of Hull",
        "As an Amazon Associate we earn from qualifying purchases.",
        "Email ThisBlogThis!Share to XShare to FacebookShare to Pinterest",
        "According to Port Times newspaper", "12 de marzo de 2025 - 14:02",
    ],
)  # fmt: skip
def test_more_that_stands_under_a_report_goes(line: str) -> None:
    assert kept(f"{ABOVE}{BELOW}<p>{line}</p>") == texts(ABOVE + BELOW)


def test_the_question_before_an_appeal_goes_with_it() -> None:
    asked = "<p>Want more like this? Subscribe to our weekly newsletter</p>"
    assert kept(ABOVE + BELOW + asked) == texts(ABOVE + BELOW)
    told = "<p>Who pays? Read the full story</p>"
    assert kept(ABOVE + BELOW + told)[-1] == "Who pays?"
