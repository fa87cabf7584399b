"""What a URL identifies: a feed, an article, a site. Pure; nothing here touches the network.

Every function takes any string, hostile ones included, and none raises. The forms that `canonical`
and `feed_key` return are *names* to compare and to store, not addresses to fetch: an address as
the feed gave it, made absolute and printable, is what `resolve` returns.

What `canonical` returns is stored with every article, and nothing makes it anew: should it answer
otherwise one day, what is stored under the old name is not found under the new one.

Sources: RFC 3986 §6 (normalisation), WHATWG URL, the Public Suffix List (the copy inside of
tldextract, so that the same URL means the same everywhere and forever).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

if TYPE_CHECKING:
    from tldextract import TLDExtract

MAX_LENGTH: Final = 4096  # characters; a longer one is data, not an address
MAX_HOST: Final = 253  # characters. Source: RFC 1035 §3.1

_HTTP: Final = re.compile(r"[\x00-\x20]*https?://", re.IGNORECASE)
_HOST: Final = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")
# Most addresses, such that taking them apart and joining them again changes nothing.
_PLAIN: Final = re.compile(
    r"https?://([a-z0-9_-]+(?:\.[a-z0-9_-]+)*)((?:/[A-Za-z0-9/:@!$&'()*+,=~._%-]*)?)"
    r"(?:\?([A-Za-z0-9/:@!$&'()*+,;=~._?%-]+))?(?:#([A-Za-z0-9/:@!$&'()*+,;=~._?%-]+))?"
)
_PREFIX: Final = re.compile(r"(?:www|m|mobile|amp)\.")
_AMP_PATH: Final = re.compile(r"(?<=[^/])(?:/amp$|\.amp(?=(?:\.html?)?$))")
_HOME: Final = re.compile(
    r"(?:/[a-z]{2}(?:[-_][a-z]{2})?)?(?:/(?:index|home|default)(?:\.[a-z]{2,5})?)?", re.IGNORECASE
)
_PRINTABLE: Final = re.compile(r"[A-Za-z0-9/:@!$&'()*+,;=~._?-]*")
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})?")
_UNPRINTABLE: Final = re.compile(r"[\s\x00-\x20\x7f-\x9f\"<>\\^`{|}\ud800-\udfff\u200b-\u206f]")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

_TRACKING_PREFIXES: Final = ("utm_", "mc_", "at_", "mtm_", "pk_", "hsa_", "_hs", "wt_", "oly_")
_TRACKING_NAMES: Final = (
    "fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid igshid igsh mkt_tok "
    "ref referrer referer ref_src ref_url ref_source cmp cmpid cmp_id ocid ncid ns_campaign "
    "ns_mchannel ns_source ns_linkname smid smtyp sref src_medium xtor xtref rss spm wtmc wt.mc_id "
    "ito ftag feedtype feedname guccounter guce_referrer guce_referrer_sig amp outputtype "
    "__twitter_impression _ga _gl s_cid taid icid ici sr_share share shared"
)
_TRACKING: Final = frozenset(_TRACKING_NAMES.split())


class _Parts(NamedTuple):
    """An http(s) URL in pieces; `port` is empty where it is a default one."""

    userinfo: str
    host: str
    port: str
    path: str
    query: str
    fragment: str


def _ascii_host(name: str) -> str:
    """Return the host in lower-case ASCII (IDNA), or nothing if it is none. Source: RFC 5891."""
    name = name.lower().rstrip(".")
    if ":" in name:
        name = f"[{name}]"
    elif not name.isascii():
        try:
            name = name.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return ""
    return name if len(name) <= MAX_HOST and _HOST.fullmatch(name) else ""


def _split(url: str) -> _Parts | None:
    """Take an http(s) URL apart; None for anything else, and for what no browser would open."""
    if len(url) > MAX_LENGTH:
        return None
    if (plain := _PLAIN.fullmatch(url)) and len(plain[1]) <= MAX_HOST:  # at a third of the cost
        host, path, query, fragment = plain.groups(default="")
        return _Parts("", host, "", path, query, fragment)
    return _split_any(url)


def _split_any(url: str) -> _Parts | None:
    """Take apart what is no plain address."""
    if not _HTTP.match(url):
        return None
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    host = _ascii_host(parts.hostname or "")
    if not host:
        return None
    userinfo = parts.netloc.rpartition("@")[0]
    # Both defaults whatever the scheme, because the names we build do not keep the scheme.
    shown = "" if port in (None, 80, 443) else f":{port}"
    return _Parts(userinfo, host, shown, parts.path, parts.query, parts.fragment)


def _escape(match: re.Match[str]) -> str:
    """Write one percent escape in its only normal form. Source: RFC 3986 §6.2.2."""
    if match[1] is None:
        return "%25"
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()


def _normal(text: str) -> str:
    """Percent-encode what must be, and nothing that need not be."""
    if _PRINTABLE.fullmatch(text):
        return text
    return _ESCAPE.sub(_escape, quote(text, safe="/%:@!$&'()*+,;=~._?-", errors="replace"))


def prepare() -> None:
    """Read the list of public suffixes before the first address needs it."""
    _suffixes()


@cache  # of a constant list
def _suffixes() -> TLDExtract:
    # It imports an HTTP client, which most commands have no need of.
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@lru_cache(maxsize=4096)  # the articles of a feed share their host
def _domain(host: str) -> str:
    """Return the registrable domain of a host; empty for addresses, suffixes and bare names.

    Under a suffix that the list does not know (``.internal``), the default rule ``*`` holds.
    """
    known = _suffixes().extract_str(host)
    labels = host.split(".")
    if known.suffix or len(labels) < 2 or labels[-1].isdigit():
        return known.top_domain_under_public_suffix
    return ".".join(labels[-2:])


def _bare_host(host: str) -> str:
    """Strip ``www.``, ``m.``, ``amp.`` while a registrable domain is left, so not ``m.co.uk``."""
    while match := _PREFIX.match(host):
        rest = host[match.end() :]
        domain = _domain(rest)
        # A phone's host stands directly before the domain; elsewhere `m.` may mean anything.
        if not domain or not (match[0].startswith("www") or _PREFIX.match(rest) or rest == domain):
            break
        host = rest
    return host


def _bare_path(path: str) -> str:
    """Strip the AMP suffix and trailing slashes, until there is none; a root becomes empty."""
    before = None
    while path != before:
        before = path
        path = _AMP_PATH.sub("", path.rstrip("/"), count=1)
    return path


def _tracks(parameter: str) -> bool:
    """Whether one ``name=value`` says where a reader came from rather than what is shown."""
    name, _, value = parameter.lower().partition("=")
    return not name or value == "rss" or name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def canonical(url: str) -> str:
    """Name the article that a URL leads to: equal for every way in which it is usually linked.

    What goes: the difference between http and https (written ``https``), user and password,
    ``www.`` and mobile hosts, default ports, trailing slashes, AMP suffixes, tracking parameters
    and the fragment (but for ``#!``, which some sites route by). The order of the other
    parameters stays: some sites give it a meaning, and feeds do not shuffle it.

    Returns:
        The name, such that ``canonical(canonical(url)) == canonical(url)``; empty for what is no
        http(s) URL.
    """
    parts = _split(url)
    if parts is None:
        return ""
    query = "&".join(p for p in _normal(parts.query).split("&") if not _tracks(p))
    route = f"#{_normal(parts.fragment)}" if parts.fragment.startswith("!") else ""
    path = _bare_path(_normal(parts.path))
    name = f"https://{_bare_host(parts.host)}{parts.port}{path or '/'}"
    name = f"{name}{'?' if query else ''}{query}{route}"
    return name if len(name) <= MAX_LENGTH else ""


def feed_key(url: str) -> str:
    """Name the feed that a URL leads to, to see that two configured ones are the same.

    More careful than `canonical`: only scheme, case of the host, default port, trailing slash and
    fragment are ignored. Other URLs (``file:``) are their own name.
    """
    parts = _split(url)
    if parts is None:
        return url.strip()
    login = f"{parts.userinfo}@" if parts.userinfo else ""
    query = f"?{_normal(parts.query)}" if parts.query else ""
    return f"{login}{parts.host}{parts.port}{_normal(parts.path).rstrip('/')}{query}"


def host(url: str) -> str:
    """Return the host in lower-case ASCII without its port, or empty."""
    parts = _split(url)
    return parts.host if parts else ""


def origin(url: str) -> str:
    """Return scheme, host and port, such as ``https://example.org``; the port only where it must.

    Source: RFC 6454 §6.2.
    """
    if not is_http(url):
        return ""
    scheme, netloc = urlsplit(url.strip())[:2]
    default = {"http": ":80", "https": ":443"}[scheme]
    return f"{scheme}://{netloc.rpartition('@')[2].lower().removesuffix(default)}"


@lru_cache(maxsize=1024)  # asked again and again of one article, and of its feed
def site(url: str) -> str:
    """Return the registrable domain, such as ``bbc.co.uk``, or the host where there is none.

    Names under a private suffix are sites of their own: ``a.blogspot.com`` is not
    ``b.blogspot.com``. Source: publicsuffix.org.
    """
    name = host(url)
    return _domain(name) or name


def is_http(url: str) -> bool:
    """Whether it is an absolute http(s) URL with a possible host."""
    return _split(url) is not None


def is_home_page(url: str) -> bool:
    """Whether it leads to the front page of a site (``/``, ``/en``, ``/index.html``)."""
    return names_home_page(canonical(url))


def names_home_page(name: str) -> bool:
    """Whether a name that `canonical` gave is that of the front page of a site."""
    parts = _split(name)
    return (
        parts is not None
        and not parts.query
        and not parts.fragment
        and _HOME.fullmatch(parts.path.rstrip("/")) is not None
    )


def resolve(base: str, link: str) -> str:
    """Make a link absolute and printable.

    Args:
        base: The URL of the document in which it stands; may be empty.
        link: As written there.

    Returns:
        An http(s) URL without spaces, controls or quotes; empty if it is or becomes anything else.
    """
    if not link or len(link) > MAX_LENGTH:
        return ""
    if _PLAIN.fullmatch(link):
        return link if is_http(link) else ""
    return _resolve_any(base, link)


def _resolve_any(base: str, link: str) -> str:
    """Make absolute and printable what is no plain address."""
    try:
        joined = urljoin(base, link.strip())
    except ValueError:
        return ""
    clean = _UNPRINTABLE.sub(lambda char: quote(char[0], errors="replace"), joined.strip())
    return clean if is_http(clean) else ""
