"""Pages that stand in the way of what was asked for: a proof of humanity, a consent, a login."""

from __future__ import annotations

import re
from typing import Final

LOGIN: Final = "a login page"
_HEAD: Final = 64 * 1024  # characters
# What the page cannot do without: addresses of the vendors' scripts and names in them. A page that
# merely has a captcha below its comments is no obstacle, so only whole-page products stand here.
_MARKS: Final = (
    ("a Cloudflare challenge page", r"/cdn-cgi/challenge-platform/|cf[-_]chl[-_]|cf-browser-verif"),
    ("a Cloudflare block page", r"<title>attention required! \| cloudflare|cf-error-details"),
    ("an AWS WAF challenge page", r"\.token\.awswaf\.com|awswafcookiedomainlist"),
    ("a DataDome challenge page", r"captcha-delivery\.com"),
    ("an Imperva challenge page", r"_incapsula_resource|incapsula incident id"),
    ("an Akamai block page", r"<title>access denied</title>[\s\S]{0,2000}edgesuite\.net"),
    ("a HUMAN (PerimeterX) challenge page", r"px-captcha|captcha\.px-c"),
    ("a Sucuri challenge page", r"sucuri_cloudproxy_js|sucuri website firewall"),
    ("a DDoS-Guard challenge page", r"/\.well-known/ddos-guard/"),
    ("an Anubis challenge page", r"/\.within\.website/x/cmd/anubis|anubis_challenge"),
    ("a parked domain", r"sedoparking\.com|parkingcrew\.net|hugedomains\.com|parking-lander"),
    (LOGIN, r"<input\b[^>]{0,300}\btype\s*=\s*[\"']?password\b"),
)
_PAGE: Final = tuple((name, re.compile(mark, re.IGNORECASE)) for name, mark in _MARKS)
_CONSENT: Final = re.compile(
    r"https?://(?:consent|guce|cmp|privacy)\.|https?://[^/]+/[^?]*(?:consent|cookie-?wall)",
    re.IGNORECASE,
)
_LOGIN: Final = re.compile(
    r"https?://(?:login|signin|sso|auth|accounts?)\."
    r"|https?://[^/]+/(?:[^?]*/)?(?:wp-login|log-?in|sign-?in|sso)\b",
    re.IGNORECASE,
)


def obstacle(html: str, url: str) -> str:
    """Name what a web page is, if it stands in the way of another.

    Args:
        html: The page.
        url: The address that answered, after redirects.

    Returns:
        Such as ``a Cloudflare challenge page``; empty for any other page.
    """
    head = html[:_HEAD]
    found = next((name for name, mark in _PAGE if mark.search(head)), "")
    if found and found != LOGIN:
        return found
    if _CONSENT.match(url):
        return "a consent page"
    return found or (LOGIN if _LOGIN.match(url) else "")
