"""Lists of feeds: read with care, named by line where faulty, written so that nothing is lost."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.errors import DataError
from ingestor.opml import Subscription, read, write

HEAD = '<?xml version="1.0"?>\n<opml version="1.0"><head><title>x</title></head><body>\n'
TAIL = "\n</body></opml>"


def listed(body: str) -> tuple[list[tuple[str, str, tuple[str, ...]]], list[tuple[int, str]]]:
    found = read((HEAD + body + TAIL).encode())
    return (
        [(one.url, one.name, one.tags) for one in found.subscriptions],
        [(remark.line, remark.text) for remark in found.remarks],
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            '<outline text="A" xmlUrl="https://a.example/rss"/>',
            ("https://a.example/rss", "A", ()),
            id="flat",
        ),
        pytest.param(
            '<outline text="World"><outline title="News"><outline text="short" title="Long name"'
            ' xmlurl=" https://a.example/rss "/></outline></outline>',
            ("https://a.example/rss", "Long name", ("World/News",)),
            id="nested folders",
        ),
        pytest.param(
            '<outline text="A" xmlUrl="https://a.example/" category="/Boston/Weather,Tech"/>',
            ("https://a.example/", "A", ("Boston/Weather", "Tech")),
            id="categories",
        ),
        pytest.param(
            '<outline text="X"><outline text="A" xmlUrl="https://a.example/"/></outline>'
            '<outline text="Y"><outline text="A" xmlUrl="https://a.example"/></outline>',
            ("https://a.example/", "A", ("X", "Y")),
            id="in two folders",
        ),
        pytest.param(
            '<outline text="A" xmlUrl="feed://a.example/rss"/>',
            ("http://a.example/rss", "A", ()),
            id="feed scheme",
        ),
        pytest.param(
            '<outline text="A" xmlUrl="feed:https://a.example/rss"/>',
            ("https://a.example/rss", "A", ()),
            id="feed prefix",
        ),
        pytest.param(
            '<outline text="A&#10;\u202eb  c" xmlUrl="https://a.example/"/>',
            ("https://a.example/", "A b c", ()),
            id="a name on one line",
        ),
        pytest.param(
            '<outline xmlUrl="https://a.example/"/>',
            ("https://a.example/", "", ()),
            id="nameless",
        ),
        pytest.param(
            '<outline text="A" xmlUrl="https://a.example/a b"/>',
            ("https://a.example/a%20b", "A", ()),
            id="a blank in the address",
        ),
    ],
)
def test_an_outline_is_read_as_it_is_meant(
    body: str, expected: tuple[str, str, tuple[str, ...]]
) -> None:
    assert listed(body) == ([expected], [])


@pytest.mark.parametrize(
    ("outline", "remark"),
    [
        ('<outline type="rss" text="A"/>', "no address of a feed (xmlUrl): A"),
        ('<outline text="A" xmlUrl=" "/>', "no address of a feed (xmlUrl): A"),
        ('<outline xmlUrl="file:///etc/passwd"/>', "should begin with https:// or http://"),
        ('<outline xmlUrl="javascript:alert(1)"/>', "should begin with https:// or http://"),
        ('<outline xmlUrl="https://a.example/&#xe000;"/>', "no address that a configuration can"),
        ('<outline xmlUrl="HTTPS://ONE.example"/>', "the same feed as on line 3"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(outline: str, remark: str) -> None:
    found, remarks = listed(f'<outline text="1" xmlUrl="https://one.example/"/>\n{outline}')
    assert [url for url, *_ in found] == ["https://one.example/"]
    assert [(line, text[: len(remark)]) for line, text in remarks] == [(4, remark)]


def test_folders_without_feeds_are_nothing_to_speak_of() -> None:
    assert listed('<outline text="empty"/><!-- note --><outline text="a"/>') == ([], [])


def test_faulty_xml_is_read_as_far_as_it_goes_and_named() -> None:
    found, remarks = listed(
        '<outline text="A" xmlUrl="https://a.example/"<\n'
        '<outline text="C" xmlUrl="https://c.example/"/>'
    )
    assert [url for url, *_ in found][-1:] == ["https://c.example/"]
    assert {line for line, _ in remarks} >= {3}


def test_a_bare_ampersand_loses_nothing_and_is_named() -> None:
    found, remarks = listed(
        '<outline text="A & B&nbsp;&eacute;" xmlUrl="https://a.example/?a=1&b=2&amp;c&copy=1"/>\n'
        '<outline text="C &amp; D &#233;" xmlUrl="https://c.example/"/>'
    )
    assert [(url, name) for url, name, *_ in found] == [
        ("https://a.example/?a=1&b=2&c&copy=1", "A & B é"),
        ("https://c.example/", "C & D é"),
    ]
    assert remarks == [(3, "faulty XML: & should be written &amp;")]


EXPORTS = {
    "Feedly": """<opml version="1.0"><head><title>N. subscriptions in feedly Cloud</title></head>
<body><outline text="World" title="World"><outline type="rss" text="A" title="A"
 xmlUrl="https://a.example/rss" htmlUrl="https://a.example"/></outline></body></opml>""",
    "FreshRSS": """<opml xmlns:frss="https://freshrss.org/opml" version="2.0"><head/><body>
<outline text="World"><outline text="A" type="rss" xmlUrl="https://a.example/rss"
 htmlUrl="https://a.example" description="" frss:priority="important"/></outline></body></opml>""",
    "Thunderbird": """<opml version="1.0" xmlns:fz="urn:forumzilla:"><head/><body>
<outline title="World"><outline type="rss" title="A" text="A" version="RSS"
 fz:quickMode="false" xmlUrl="https://a.example/rss" htmlUrl=""/></outline></body></opml>""",
    "Miniflux": """<opml version="2.0"><head/><body><outline text="World"><outline title="A"
 text="A" xmlUrl="https://a.example/rss" htmlUrl="https://a.example"></outline></outline>
</body></opml>""",
    "newsboat": """<opml version="1.0"><head><title>newsboat - Exported Feeds</title></head><body>
<outline type="rss" xmlUrl="https://a.example/rss" htmlUrl="" title="A" category="World"/>
</body></opml>""",
}


@pytest.mark.parametrize("content", [pytest.param(EXPORTS[name], id=name) for name in EXPORTS])
def test_what_other_readers_export_is_understood(content: str) -> None:
    found = read(content.encode())
    assert found.remarks == ()
    assert [(o.url, o.name, o.tags) for o in found.subscriptions] == [
        ("https://a.example/rss", "A", ("World",))
    ]


def test_a_list_in_utf_16_is_read() -> None:
    content = '<?xml version="1.0" encoding="utf-16"?>' + EXPORTS["Feedly"]
    assert [one.name for one in read(content.encode("utf-16")).subscriptions] == ["A"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no OPML"),
        (b"<rss/>", "no <opml>"),
        (b"\x00\x01", "no OPML"),
        (
            b'<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            b'<opml><body><outline text="&x;" xmlUrl="https://a.example/"/></body></opml>',
            "DTD",
        ),
        (b"<opml>" + b" " * (17 << 20), "larger than"),
    ],
    ids=["empty", "rss", "binary", "entities", "large"],
)
def test_what_is_no_list_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        read(content)


def test_entities_that_grow_are_never_expanded() -> None:
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(20))
    bomb = f'<!DOCTYPE opml [<!ENTITY e0 "x">{entities}]><opml><body><outline text="&e20;"/>'
    with pytest.raises(DataError):
        read(bomb.encode())


NAMES = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12)
TAGS = st.lists(NAMES.map(lambda name: name.strip("/")).filter(bool), max_size=3, unique=True)


@given(st.lists(st.tuples(NAMES, TAGS), max_size=6))
def test_a_list_is_read_back_as_it_was_written(values: list[tuple[str, list[str]]]) -> None:
    subscriptions = [
        Subscription(
            url=f"https://n{number}.example/?a=1&b=<{number}>",
            name=name,
            tags=tuple(tags),
            language="pt-BR",
            site_url="https://site.example/",
        )
        for number, (name, tags) in enumerate(values)
    ]
    found = read(write("Mine", subscriptions))
    by_url = {one.url: one for one in found.subscriptions}

    assert found.remarks == ()
    assert by_url.keys() == {one.url for one in subscriptions}
    for one in subscriptions:
        again = by_url[one.url]
        assert (again.name, again.language, again.site_url) == (one.name, "pt-BR", one.site_url)
        assert set(again.tags) == {"/".join(filter(None, tag.split("/"))) for tag in one.tags}


def real_sized(feeds: int = 240) -> bytes:
    """A list as people have them: folders in folders, several scripts, feeds in two folders."""
    pick = random.Random(7)
    folders = ("News", "News/Asia", "News/Asia/日本", "Tech & Science", "Política", "Спорт", "")
    names = ("Outlet", "Zeitung „Nord“", "نشرة", "新聞", "O'Neil <b>")
    return write(
        "Subscriptions",
        (
            Subscription(
                url=f"https://outlet{number}.example/{pick.choice(('rss', 'feed.xml?a=1&b=2'))}",
                name=f"{pick.choice(names)} {number}",
                tags=tuple(dict.fromkeys(tag for tag in pick.choices(folders, k=2) if tag)),
                language=pick.choice(("", "de", "pt-BR", "zh")),
            )
            for number in range(feeds)
        ),
    )
