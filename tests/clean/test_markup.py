"""HTML → blocks."""

import sys
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingestor.clean.markup import MAX_CHARS, Block, blocks, normalise


def texts(markup: str) -> list[str]:
    return [block.text for block in blocks(markup)]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("<p>One.</p><p>Two.</p>", ["One.", "Two."], id="paragraphs"),
        pytest.param("<div>One.<p>Two.</div>Three.", ["One.", "Two.", "Three."], id="unclosed"),
        pytest.param("A.<br><br>b.<br/><br/><br/>c", ["A.", "b.", "c"], id="breaks"),
        pytest.param("<p>A line that<br>runs on.<br>New.</p>", ["A line that runs on.", "New."],
                     id="one break ends a line, not a sentence"),
        pytest.param("<ul><li>One<li>Two</ul>", ["One", "Two"], id="list items"),
        pytest.param("<p>a<b>b</b><i> c</i></p>", ["ab c"], id="inline tags join"),
        pytest.param("<table><tr><td><p>A</p><table><tr><td>B</table><td>C</table>",
                     ["A", "B", "C"], id="nested tables"),
        pytest.param("&lt;p&gt;One &amp;amp; all.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;",
                     ["One & all.", "Two."], id="escaped twice"),
        pytest.param("<p>Write &lt;p&gt; for a paragraph.</p>", ["Write <p> for a paragraph."],
                     id="escaped tags beside real ones are text"),
        pytest.param("First line\nSecond &amp; last\n\n", ["First line", "Second & last"],
                     id="plain text"),
        pytest.param("1 < 2 and 3 > 2", ["1 < 2 and 3 > 2"], id="signs are no tags"),
        pytest.param("<a href='/x'>One</a>\ntwo\n\nThree", ["One two", "Three"],
                     id="newlines break where no tag does"),
        pytest.param("<p>One\ntwo</p>", ["One two"], id="newlines are spaces elsewhere"),
        pytest.param(
            "<script>if (a<b) x()</script><style>p{}</style><p>A<img src=t.gif width=1></p>"
            "<iframe>f</iframe><svg><text>s</text></svg><button>b</button>"
            "<!-- c --><noscript>n</noscript>",
            ["A"], id="what is not read"),
        pytest.param('<p>A</p><p style="display: none">x</p><div hidden>y</div>tail', ["A", "tail"],
                     id="hidden text"),
        pytest.param("<p>a\u200bb\ufeff\u00ad\u202ec\x07 &nbsp;\u3000d</p>", ["abc d"],
                     id="invisible characters"),
        pytest.param("<p>می\u200cخواهم</p>", ["می\u200cخواهم"], id="a joiner is spelling"),
        pytest.param("<p>u\u0308</p>", ["ü"], id="NFC"),
        pytest.param("<meta charset=koi8-r><p>Ära</p>", ["Ära"], id="a charset of the past"),
        pytest.param("\ud800<p>\ud800a</p>", ["?", "?a"], id="lone surrogates"),
        pytest.param("<p>日本。</p><p>שלום</p>", ["日本。", "שלום"], id="scripts"),
    ],
)  # fmt: skip
def test_text_of_blocks(markup: str, expected: list[str]) -> None:
    assert texts(markup) == expected


@pytest.mark.parametrize(
    ("markup", "role"),
    [
        ("<p>x</p>", "paragraph"),
        ("<h2>x</h2>", "heading"),
        ("<ul><li><p>x</p></li></ul>", "item"),
        ("<figure><img><figcaption>x</figcaption></figure>", "caption"),
        ("<blockquote><p>x</p></blockquote>", "quote"),
        ("<table><tr><td>x</td></tr></table>", "paragraph"),
    ],
)
def test_role(markup: str, role: str) -> None:
    assert [block.role for block in blocks(markup)] == [role]


TABLE = "<table><tr><td>x</td><td>y</td></tr></table>"


@pytest.mark.parametrize(
    ("markup", "roles"),
    [
        (TABLE, ["cell", "cell"]),
        ("<table><tr><td>x</td></tr><tr><td>y</td></tr></table>", ["paragraph", "paragraph"]),
        ("<table><tr><td>x</td><td> </td></tr></table>", ["paragraph"]),
        (f"<table><tr><td><p>a</p>{TABLE}</td></tr></table>", ["paragraph", "cell", "cell"]),
        ("<li><table><tr><td>x</td></tr></table></li>", ["item"]),
    ],
    ids=["two columns", "one column", "an empty column", "nested", "within a list"],
)
def test_a_table_one_cell_wide_is_layout(markup: str, roles: list[str]) -> None:
    assert [block.role for block in blocks(markup)] == roles


def test_links_are_kept_with_their_block() -> None:
    assert blocks("<p><a href='/a'>All of it</a></p><p>See <a href='b'>that</a> there.</p>") == (
        Block(text="All of it", link_share=1.0, links=("/a",)),
        Block(text="See that there.", link_share=4 / 15, links=("b",)),
    )


def test_what_exceeds_the_cap_is_not_read() -> None:
    assert sum(map(len, texts("x" * (MAX_CHARS + 5)))) == MAX_CHARS


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param("<div>" * 50_000, id="nested blocks"),
        pytest.param("<b>x" * 60_000, id="nested inline tags"),
        pytest.param("<table><tr><td>x" * 16_000, id="nested tables"),
        pytest.param("<div>" * 300 + "<script>" * 30_000, id="nested scripts"),
        pytest.param("<!--" * 50_000, id="comments"),
        pytest.param("<a " * 80_000, id="tags that never end"),
        pytest.param("<" * 250_000, id="brackets"),
        pytest.param("<p " + " ".join(f"a{i}=1" for i in range(30_000)) + ">", id="attributes"),
        pytest.param("&lt;p" * 50_000, id="escaped tags that never end"),
        pytest.param("<br>a " * 42_000, id="lines that run on"),
        pytest.param("<br><a href=x>a</a> " * 13_000, id="links that run on"),
        pytest.param("&" * 250_000, id="ampersands"),
    ],
)
def test_hostile_markup_is_read_within_two_seconds(bomb: str) -> None:
    begin = time.process_time()
    blocks(bomb)
    assert time.process_time() - begin < 2.0  # the worst took half a second


def test_text_in_a_deep_nest_is_not_lost() -> None:
    assert texts("<div>" * 5_000 + "Here." + "</div>" * 5_000 + "<p>There.</p>") == [
        "Here.",
        "There.",
    ]


@given(st.text() | st.text("a  é\u200b\xa0"))
@example("".join(filter(str.isprintable, map(chr, range(sys.maxunicode)))))
def test_a_line_is_read_as_lines_are(text: str) -> None:
    """A line break has the text looked at more closely than most need."""
    assert normalise(text) == normalise(f"{text}\n")


@given(st.text())
def test_normal_text_is_normal(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert once == once.strip()
    assert "\n" not in once


@given(st.text(alphabet="<>/abp=&;! \n'\"\u00e4-"))
def test_any_markup_is_read(markup: str) -> None:
    assert all(block.text == normalise(block.text) != "" for block in blocks(markup))
