"""What goes and what stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.clean.markup import Block, blocks
from ingestor.clean.matching import Context
from ingestor.clean.rulebook import book
from ingestor.clean.sieve import clean_title, sift

BOOK = book()
STORY = "The ministers agreed on Monday to build the bridge."


def kept(*lines: str) -> list[str]:
    return [block.text for _, block in sift([Block(text=line) for line in lines], BOOK)[0]]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["[ad_1]", STORY, "[ad_2]"], [STORY], id="placeholders anywhere"),
        pytest.param([f"[Anzeige_1] {STORY} [Anzeige_2]"], [STORY], id="placeholders at edges"),
        pytest.param(["It reads [ad_1] in the middle."], ["It reads [ad_1] in the middle."],
                     id="a placeholder in a sentence stays"),
        pytest.param([STORY, "Zoggle (3)"], [STORY], id="a closing counter of anything"),
        pytest.param(["Zoggle (3)", STORY], ["Zoggle (3)", STORY],
                     id="an opening counter of something unknown stays"),
        pytest.param(["Kommentar (0)", STORY], [STORY], id="an opening counter of comments"),
        pytest.param(["Zoggle (3)"], ["Zoggle (3)"], id="nothing else is there"),
        pytest.param([STORY, "Bayern (2)", "Köln (1)"], [STORY, "Bayern (2)", "Köln (1)"],
                     id="two counters are a table"),
        pytest.param([STORY, "The comment (3) in the margin was his."],
                     [STORY, "The comment (3) in the margin was his."],
                     id="a sentence with a number"),
        pytest.param([STORY, "As they say in the second chapter of the book (2)"],
                     [STORY, "As they say in the second chapter of the book (2)"],
                     id="a sentence that ends in a number"),
        pytest.param([STORY, "Quelle: dpa", "Kommentar (0)"], [STORY], id="one after the other"),
        pytest.param(["Quelle: dpa", STORY], ["Quelle: dpa", STORY],
                     id="a source line above stays"),
        pytest.param(["He smiled. (Quelle: Getty Images) |", STORY], ["He smiled.", STORY],
                     id="a credit and a pipe"),
        pytest.param(["Read also: Other news", STORY], [STORY], id="a teaser anywhere"),
    ],
)  # fmt: skip
def test_sift(lines: list[str], expected: list[str]) -> None:
    assert kept(*lines) == expected


def test_links_under_a_teaser_heading_go_with_it() -> None:
    link = Block(text="Another report", link_share=1.0)
    blocks = [Block(text=STORY), Block(text="Related articles"), link, link, Block(text="The end.")]
    assert [block.text for _, block in sift(blocks, BOOK)[0]] == [STORY, "The end."]


def test_positions_are_those_before_removal() -> None:
    _, taken = sift(
        [Block(text=line) for line in ("[ad_1]", STORY, "Quelle: dpa", "Kommentar (0)")], BOOK
    )
    assert [(part.removal.position, part.removal.rule) for part in taken] == [
        (0, "placeholder"),
        (2, "source_line"),
        (3, "comment_words"),
    ]


def test_a_title_loses_only_placeholders() -> None:
    title, removals = clean_title(" [ad_1] Quelle: unknown (Foto: dpa) - Outlet ", BOOK)
    assert title == "Quelle: unknown (Foto: dpa) - Outlet"
    assert [(r.rule, r.field, r.text) for r in removals] == [("placeholder", "title", "[ad_1]")]


LINES = st.one_of(
    st.sampled_from([line for rule in BOOK.rules for line in rule.matches + rule.keeps]),
    st.text(alphabet="ab (1)[]_|:.", min_size=1).map(str.strip).filter(bool),
)


@given(st.lists(st.builds(lambda a, b: f"{a} {b}".strip(), LINES, LINES | st.just("")), max_size=8))
def test_nothing_is_lost_unseen(lines: list[str]) -> None:
    remaining, taken = sift([Block(text=line) for line in lines], BOOK)
    for position, line in enumerate(lines):
        here = "".join(block.text for i, block in remaining if i == position)
        gone = "".join(part.removal.text for part in taken if part.removal.position == position)
        assert sorted((here + gone).replace(" ", "")) == sorted(line.replace(" ", ""))


@pytest.mark.parametrize(
    ("line", "url", "kept"),
    [
        ("By VnExpress", "https://vnexpress.net/a-1.html", False),
        ("(Tuổi Trẻ Online)", "https://tuoitre.vn/a-1.htm", False),
        ("The Hindu", "https://www.thehindu.com/a", False),
        ("By VnExpress", "https://other.example/a", True),
        ("Berlin feiert", "https://www.berlin.de/a", True),
        ("VnExpress", "", True),
    ],
)
def test_a_line_that_only_names_its_site_goes(line: str, url: str, kept: bool) -> None:
    markup = f"<p>{line}</p><p>The ferry left on Monday.</p><p>Nobody was on it.</p>"
    found, _ = sift(blocks(markup), book(), Context(url=url))

    assert (found[0][1].text == line) is kept
