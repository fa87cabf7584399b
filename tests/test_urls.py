"""What a URL identifies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor import urls

ADDRESSES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(
        ["http://", "HTTPS://", " https://", "https://www.m.", "http://u:p@", "ftp://"]
    ),
    st.one_of(
        st.sampled_from(
            ["example.co.uk", "amp.example.org.", "[::1]:80", "m.co.uk", "1.2.3.4:8080"]
        ),
        st.text(max_size=12),
    ),
    st.one_of(
        st.sampled_from(["/a.amp.html", "/amp/amp/", "//x/../y/", "/%7e%e4%zz%%34%31", "/tin tức"]),
        st.text(max_size=12),
    ),
    st.one_of(
        st.sampled_from(["?utm_x=1&b=2&&a=%2f", "#!/r#s", "?ref=x#y", "?a=?&fbclid"]),
        st.text(max_size=12),
    ),
)

PLAIN = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(["http://", "https://"]),
    st.text("ab.-_1", max_size=8),
    st.text("/aA;.~%2:@", max_size=8),
    st.text("?a=&;/%", max_size=6),
    st.text("#!a?", max_size=4),
)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        pytest.param(
            "http://Example.ORG/A", "https://example.org/A", id="scheme and case of the host"
        ),
        pytest.param("https://example.org", "https://example.org/", id="empty path is the root"),
        pytest.param("http://example.org:80/a", "https://example.org/a", id="default port"),
        pytest.param("http://example.org:8080/a", "https://example.org:8080/a", id="another port"),
        pytest.param("https://u:p@example.org/a", "https://example.org/a", id="no credentials"),
        pytest.param("https://example.org./a/", "https://example.org/a", id="root dot, slash"),
        pytest.param("https://example.org/a#top", "https://example.org/a", id="fragment"),
        pytest.param(
            "https://example.org/#!/a", "https://example.org/#!/a", id="a route in it stays"
        ),
        pytest.param("https://www.example.org/a", "https://example.org/a", id="www"),
        pytest.param("https://www.m.example.org/a", "https://example.org/a", id="www and m"),
        pytest.param("https://m.example.co.uk/a", "https://example.co.uk/a", id="mobile host"),
        pytest.param("https://m.co.uk/a", "https://m.co.uk/a", id="m that is the domain's name"),
        pytest.param("https://www.co.uk/a", "https://www.co.uk/a", id="www that is, too"),
        pytest.param(
            "https://m.news.example.org/", "https://m.news.example.org/", id="m far from it"
        ),
        pytest.param("https://amp.example.org/a", "https://example.org/a", id="AMP host"),
        pytest.param("https://example.org/a/amp/", "https://example.org/a", id="AMP path"),
        pytest.param(
            "https://example.org/a.amp.html", "https://example.org/a.html", id="AMP suffix"
        ),
        pytest.param(
            "https://example.org/amp", "https://example.org/amp", id="a page about amplifiers"
        ),
        pytest.param(
            "https://example.org/a?outputType=amp", "https://example.org/a", id="AMP query"
        ),
        pytest.param(
            "https://example.org/a?utm_source=x&id=7&fbclid=y&at_medium=rss&mc_cid=z&ref=rss",
            "https://example.org/a?id=7",
            id="tracking",
        ),
        pytest.param(
            "https://example.org/?b=2&a=1", "https://example.org/?b=2&a=1", id="order stays"
        ),
        pytest.param(
            "https://example.org/a?partner=rss", "https://example.org/a", id="came by RSS"
        ),
        pytest.param("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4", id="IDNA"),
        pytest.param("https://example.org/%7ea%2fb", "https://example.org/~a%2Fb", id="escapes"),
        pytest.param("http://[::1]:80/a", "https://[::1]/a", id="IPv6"),
        pytest.param("mailto:a@example.org", "", id="another scheme"),
        pytest.param("javascript:alert(1)//http://x.org", "", id="a script"),
        pytest.param("//example.org/a", "", id="relative"),
        pytest.param("http://", "", id="no host"),
        pytest.param("http://exa mple.org/", "", id="no possible host"),
        pytest.param("http://example.org:99999/", "", id="no possible port"),
        pytest.param("http://[::1/", "", id="half an address"),
        pytest.param("http://example.org/" + "a" * 5000, "", id="data"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_canonical_names_the_article(url: str, name: str) -> None:
    assert urls.canonical(url) == name


@given(st.one_of(ADDRESSES, st.text()))
def test_canonical_is_idempotent_and_no_function_raises(url: str) -> None:
    name = urls.canonical(url)
    assert urls.canonical(name) == name
    assert bool(name) <= urls.is_http(url)
    assert urls.site(url) in urls.host(url)
    assert urls.resolve(url, url) == "" or urls.is_http(urls.resolve(url, url))
    assert isinstance(urls.feed_key(url), str)
    assert isinstance(urls.is_home_page(url), bool)


@given(PLAIN)
def test_a_plain_address_is_read_like_any_other(url: str) -> None:
    """A space before it, which means nothing, has it taken apart by the standard library."""
    other = f" {url}"
    base = "https://base.example/a/b"
    assert urls.host(url) == urls.host(other)
    assert urls.canonical(url) == urls.canonical(other)
    assert urls.feed_key(url).strip() == urls.feed_key(other).strip()
    assert urls.is_home_page(url) == urls.is_home_page(other)
    assert urls.resolve(base, url) == urls.resolve(base, other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(
            "http://Example.org/rss", "https://example.org:443/rss/#x", True, id="spelling"
        ),
        pytest.param("https://example.org", "https://example.org/", True, id="root"),
        pytest.param(
            "https://example.org/rss?a=1", "https://example.org/rss?a=2", False, id="query"
        ),
        pytest.param("https://example.org/rss", "https://www.example.org/rss", False, id="host"),
        pytest.param("https://a:b@example.org/", "https://example.org/", False, id="credentials"),
        pytest.param("file:///srv/a.xml", "file:///srv/b.xml", False, id="files"),
        pytest.param("file:///srv/a.xml", " file:///srv/a.xml\n", True, id="one file"),
    ],
)
def test_feed_key_tells_feeds_apart(one: str, other: str, same: bool) -> None:
    assert (urls.feed_key(one) == urls.feed_key(other)) is same


@pytest.mark.parametrize(
    ("url", "site"),
    [
        pytest.param("https://www.bbc.co.uk/news", "bbc.co.uk", id="public suffix of two parts"),
        pytest.param("https://news.example.org:8080/", "example.org", id="subdomain and port"),
        pytest.param("https://a.blogspot.com/", "a.blogspot.com", id="private suffix"),
        pytest.param("http://www.news.internal/", "news.internal", id="unknown suffix"),
        pytest.param("https://co.uk/", "co.uk", id="a suffix alone"),
        pytest.param("http://localhost/", "localhost", id="no domain"),
        pytest.param("http://192.0.2.1/", "192.0.2.1", id="address"),
        pytest.param("file:///srv/a.xml", "", id="file"),
    ],
)
def test_site_is_the_registrable_domain(url: str, site: str) -> None:
    assert urls.site(url) == site


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("https://example.org", True),
        ("https://www.example.org/?utm_source=rss", True),
        ("https://example.org/en/", True),
        ("https://example.org/de-at/index.html", True),
        ("https://example.org/news", False),
        ("https://example.org/?p=123", False),
        ("https://example.org/#!/a", False),
        ("ftp://example.org/", False),
    ],
)
def test_a_home_page_is_no_article(url: str, home: bool) -> None:
    assert urls.is_home_page(url) is home


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        pytest.param("b?x=1#y", "https://example.org/d/b?x=1#y", id="relative"),
        pytest.param("/b", "https://example.org/b", id="absolute path"),
        pytest.param("//cdn.example.org/b", "https://cdn.example.org/b", id="same scheme"),
        pytest.param(" \n http://example.com/a b\n", "http://example.com/a%20b", id="space"),
        pytest.param("http://example.com/\u202egpj", "http://example.com/%E2%80%AEgpj", id="bidi"),
        pytest.param("http://example.com/\ud800", "http://example.com/%3F", id="lone surrogate"),
        pytest.param("javascript:alert(1)", "", id="script"),
        pytest.param("jav\tascript:alert(1)", "", id="hidden script"),
        pytest.param("data:text/html,x", "", id="data"),
        pytest.param("file:///etc/passwd", "", id="file"),
        pytest.param("http://[", "", id="broken"),
        pytest.param("", "", id="empty"),
    ],
)
def test_resolve_makes_web_addresses_only(link: str, absolute: str) -> None:
    assert urls.resolve("https://example.org/d/a", link) == absolute
