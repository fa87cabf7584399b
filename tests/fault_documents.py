"""Feeds that are wrong or hostile: what stands in a body, apart from how it is sent."""

from __future__ import annotations

from html import escape

ITEM = "<item><guid>1</guid><title>One</title><link>http://example.test/1</link></item>"


def rss(items: str = ITEM, prolog: str = "") -> bytes:
    """A feed around some items."""
    return (f'{prolog}<rss version="2.0"><channel><title>T</title>{items}</channel></rss>').encode()


def described(html: str) -> bytes:
    """A feed with one item of this content."""
    return rss(
        f"<item><guid>1</guid><title>One</title><description>{escape(html)}</description></item>"
    )


def laughs(separator: str = "", levels: int = 9) -> str:
    """A billion laughs: ten times ten times ten …"""
    entities = [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, levels + 1)]
    return f'<!DOCTYPE x [<!ENTITY l0 "lol">{separator}{separator.join(entities)}]>'


EXPANDED = "<item><guid>1</guid><title>&l9;</title></item>"
CYRILLIC = "<item><guid>1</guid><title>Погода в Москве и области на завтра</title></item>"

DOCUMENTS: dict[str, bytes] = {
    # bombs
    "laughs": rss(EXPANDED, laughs()),
    "laughs-in-lines": rss(EXPANDED, laughs("\n")),
    "laughs-with-angle": rss(EXPANDED, laughs("\n<!ENTITY gt2 'a>b'>\n")),
    "laughs-utf16": rss(EXPANDED, laughs()).decode().encode("utf-16"),
    "quadratic": rss(
        f"<item><guid>1</guid><title>{'&a;' * 2000}</title></item>",
        f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>',
    ),
    "xxe": rss(
        "<item><guid>1</guid><title>&x; One</title></item>",
        '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    ),
    "external-dtd": rss(ITEM, '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">'),
    "huge-attribute": rss(f'<item a="{"a" * 900_000}"><guid>1</guid><title>One</title></item>'),
    "comment-bomb": described("<!--" * 50_000),
    "div-bomb": described("<div>" * 50_000),
    "deep": rss("<a>" * 20_000 + "</a>" * 20_000 + ITEM),
    "many-words": described("a " * 300_000),
    "long-title": rss(f"<item><guid>1</guid><title>{'One ' * 100_000}</title></item>"),
    # damaged
    "cut": rss(ITEM * 3)[:150],
    "ampersand": rss("<item><guid>1</guid><title>A & B</title></item>"),
    "unclosed": rss("<item><guid>1</guid><title>One</item>"),
    "messages-before": b"<br />\nWarning: mysql in /x.php on line 2<br />\n" + rss(),
    "blank-before": b"\n\n \xef\xbb\xbf" + rss(prolog='<?xml version="1.0"?>'),
    # charsets
    "one-bad-byte": rss("<item><guid>1</guid><title>Häuser und Gärten am Fluß ÄÖÜ</title></item>")
    + b"<!-- \xe4 -->",
    "koi8-as-utf8": rss(CYRILLIC, '<?xml version="1.0" encoding="utf-8"?>')
    .decode()
    .encode("koi8-r"),
    "utf16": rss(CYRILLIC).decode().encode("utf-16"),
    "no-such-charset": rss(ITEM, '<?xml version="1.0" encoding="klingon"?>'),
    "controls": rss("<item><guid>1\0\x01</guid><title>O\0n\x1be&#8238;\ufffe</title></item>"),
    # hostile words
    "script-title": rss(
        "<item><guid>1</guid><title>&lt;script&gt;alert(1)&lt;/script&gt;One</title></item>"
    ),
    "script-link": rss(
        "<item><guid>1</guid><title>One</title><link>javascript:alert(1)</link></item>"
    ),
    "file-link": rss(
        "<item><guid>1</guid><title>One</title><link>file:///etc/passwd</link></item>"
    ),
    "path-guid": rss("<item><guid>../../../x\\..\\y</guid><title>../../x</title></item>"),
    # odd, but feeds
    "no-items": rss(""),
    "nothing-in-items": rss("<item></item><item/>"),
    "one-guid": rss(ITEM.replace("One", "N") * 50),
    "odd-dates": rss(
        "<item><guid>1</guid><title>One</title><pubDate>9999-99-99</pubDate></item>"
        "<item><guid>2</guid><title>Two</title><pubDate>1700000000</pubDate></item>"
    ),
    "many-items": rss(
        "".join(f"<item><guid>{n}</guid><title>N {n}</title></item>" for n in range(1500))
    ),
    # no feeds
    "empty": b"",
    "blank": b" \n ",
    "apology": b"<!doctype html><html><head><title>Sorry</title></head></html>",
    "cloudflare": b"<html><title>Just a moment</title><script src=/cdn-cgi/challenge-platform/x>",
    "login": b"<html><form action=/login><input type=password></form></html>",
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "binary": bytes(range(256)) * 400,
    "json": b'{"error": "no"}',
    "deep-json": b"[" * 100_000,
    "opml": b'<opml version="2.0"><body/></opml>',
}
