"""Which blocks may be boilerplate, when two are the same, and what goes."""

from __future__ import annotations

import pytest

from ingestor.clean import clean
from ingestor.clean.markup import Block, blocks
from ingestor.clean.recurring import LAST, MAX_BLOCK, key, site_of, zone
from ingestor.models import Entry

SITE = "harbour.example"
TITLE = "A lighthouse gets a new lamp"
FOOTER = "Harbour Daily Newsletter"


def name(text: str, title: str = TITLE, share: float = 0.0) -> int:
    return key(Block(text=text, link_share=share), title, SITE)


# --- keys ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("READ IT – LATER", "Read it later", id="case and punctuation"),
        pytest.param("12 glons", "1,204 glons", id="a counter that begins with its number"),
        pytest.param("Glons (12)", "Glons (7)", id="a counter in brackets"),
        pytest.param("[link][12 glons]", "[link][3 glons]", id="a counter between brackets"),
        pytest.param("١٢ تعليق", "٣ تعليق", id="digits of another script"),
        pytest.param("Updated 14:03", "Updated 9:41", id="a time"),
        pytest.param("Stand 3. März 2026", "Stand 12. Mai 2026", id="a date in words"),
        pytest.param("Mis à jour le 3/5/2026 14:03", "Mis à jour le 12/11/2026 9:00", id="both"),
        pytest.param("更新 2026年3月5日", "更新 2026年11月12日", id="a Chinese date"),
        pytest.param("Ｒｅａｄ on", "Read on", id="wide letters"),
    ],
)
def test_near_verbatim_is_the_same(one: str, other: str) -> None:
    assert name(one) == name(other)


def test_a_title_stands_for_any_title() -> None:
    one = name(f"The post {TITLE} first appeared here")
    assert one == name("The post A bridge is repaired first appeared here", "A bridge is repaired")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Price: 15.50", "Price: 18.00", id="a fact"),
        pytest.param("Attendance 41,202", "Attendance 38,010", id="a fact without a colon"),
        pytest.param("The hearing is on 3 May 2026.", "The hearing is on 4 May 2026.", id="a date"),
        pytest.param("3 people were hurt.", "7 people were hurt.", id="a sentence with a number"),
        pytest.param("Follow us", "Follow them", id="a word"),
    ],
)
def test_what_says_something_else_is_another(one: str, other: str) -> None:
    assert name(one) != name(other)


@pytest.mark.parametrize(
    ("text", "report"),
    [
        pytest.param("The investigation goes on.", True, id="a sentence"),
        pytest.param("Referee: Ann Other", True, id="a fact"),
        pytest.param("การสอบสวนยังดำเนินต่อไปและตำรวจยังไม่พบผู้ต้องสงสัย", True, id="no stops"),
        pytest.param("Harbour Daily Newsletter", False, id="no sentence"),
        pytest.param("Write to desk@harbour.example now.", False, id="an address"),
        pytest.param("More at harbour.example/news.", False, id="a place on the web"),
        pytest.param("Harbour brings you all the news.", False, id="the site names itself"),
        pytest.param("★", False, id="an ornament"),
    ],
)
def test_what_reads_like_a_report_has_a_key_below_zero(text: str, report: bool) -> None:
    assert (name(text) < 0) == report


def test_a_linked_sentence_leads_elsewhere_and_is_no_report() -> None:
    assert name("The investigation goes on.", share=0.9) > 0


@pytest.mark.parametrize(
    ("link", "feed", "home", "site"),
    [
        ("https://www.a.example/1", "https://feeds.a.example/rss", "", "a.example"),
        ("https://a.example/1", "https://feeds.host.example/a", "https://a.example/", "a.example"),
        (
            "https://b.example/1",
            "https://planet.example/rss",
            "https://a.example/",
            "planet.example",
        ),
        ("", "https://a.example/rss", "", "a.example"),
        ("https://a.example/1", "file:///srv/feed.xml", "", "a.example"),
        ("", "", "", ""),
    ],
    ids=["own", "hosted elsewhere", "links to others", "without a link", "a file", "nothing"],
)
def test_whose_words_an_entry_holds(link: str, feed: str, home: str, site: str) -> None:
    assert site_of(link, feed, home) == site


# --- one article ---------------------------------------------------------------------------


def positions(markup: str) -> list[int]:
    return sorted(zone(tuple(enumerate(blocks(markup))), TITLE, SITE))


def paragraphs(count: int) -> str:
    return "".join(f"<p>Paragraph number {n}.</p>" for n in range(count))


def test_only_the_edges_may_be_boilerplate() -> None:
    assert positions(paragraphs(20)) == [0, 1, 2, *range(20 - LAST, 20)]


def test_a_linked_block_may_be_wherever_it_stands() -> None:
    middle = '<p><a href="/app">Get our app</a></p>'
    assert 5 in positions(paragraphs(5) + middle + paragraphs(14))


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param(f"<p>{FOOTER}</p>", id="the only block"),
        pytest.param(f"<p>{'long ' * MAX_BLOCK}</p><blockquote>q</blockquote>", id="long; a quote"),
        pytest.param("<table><tr><td>1</td><td>2</td></tr></table>", id="cells"),
    ],
)
def test_what_never_is_boilerplate(markup: str) -> None:
    assert positions(markup) == []


def cleaned(markup: str, *learned: int) -> tuple[str, list[str]]:
    entry = Entry(guid="1", link=f"https://{SITE}/1", title=TITLE, html=markup)
    found = clean(entry, learned={SITE: frozenset(learned)})
    return found.text, [removal.text for removal in found.removals if removal.rule == "learned"]


def test_a_learned_line_is_taken_from_the_end_and_noted() -> None:
    assert cleaned(f"<p>The report.</p><p>{FOOTER}</p>", name(FOOTER)) == ("The report.", [FOOTER])


def test_a_learned_line_between_paragraphs_stays() -> None:
    markup = f"<p>The report.</p><p>{FOOTER}</p><p>It goes on.</p>"
    assert cleaned(markup, name(FOOTER))[1] == []


def test_a_rule_finds_what_a_learned_line_hid() -> None:
    text, _ = cleaned(f"<p>The report.</p><p>Comments (0)</p><p>{FOOTER}</p>", name(FOOTER))
    assert text == "The report."


def test_one_block_stays() -> None:
    text, removed = cleaned(f"<p>{FOOTER}</p><p>{FOOTER}</p>", name(FOOTER))
    assert (text, removed) == (FOOTER, [FOOTER])


def test_what_announces_the_report_stays_with_it() -> None:
    text, _ = cleaned("<p>In brief:</p><p>The report.</p>", name("In brief:"))
    assert text == "In brief:\n\nThe report."


def test_a_linked_title_above_a_part_of_the_report_stays() -> None:
    markup = '<p><a href="/x">Lamps:</a></p><p>They are new.</p><p>So is the paint.</p>'
    text, _ = cleaned(markup, name("Lamps:", share=1.0))
    assert text.startswith("Lamps:")


def test_a_source_is_read_although_a_learned_line_stands_under_it() -> None:
    markup = f"<p>OSLO (Reuters) - The report.</p><p>It ends (AFP)</p><p>{FOOTER}</p>"
    entry = Entry(guid="1", link=f"https://{SITE}/1", title=TITLE, html=markup)
    found = clean(entry, learned={SITE: frozenset({name(FOOTER)})})
    assert {source.name for source in found.sources} == {"Reuters", "AFP"}


def test_what_is_learned_does_not_change_what_it_is_learned_from() -> None:
    entry = Entry(guid="1", link=f"https://{SITE}/1", html=f"<p>The report.</p><p>{FOOTER}</p>")
    bare, learned = clean(entry), clean(entry, learned={SITE: frozenset({name(FOOTER)})})
    assert bare.trace == learned.trace
    assert name(FOOTER) in bare.trace.blocks
