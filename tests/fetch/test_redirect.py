"""Where a redirect may lead: any text that a server can send is followed or refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingestor import urls
from ingestor.fetch.failure import Failure
from ingestor.fetch.redirect import Errand, Journey, Redirect
from ingestor.models import Validators

PIECES = ("http://", "https://", "//", "xn--", "[", "]", "::1", ":", "@", "%", "%zz", "%00", "é",
          "。", ".", "a", "/", "\\", "?", "#", "\0", "\udce9", "99999", "\u200d", "٣", "م", " ",
          "fe80::1%25lo", "user:secret@")  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text())
@example("http://a.example:99999/")
@example("http://xn--a/")
@example("xn--https://[[::1]é@")
@example("http://xn--[v1.a]user:secret@?")
def test_any_text_is_followed_or_refused(location: str) -> None:
    journey = Journey("https://a.example/rss", Validators(), 1, Errand(limit=1))
    with suppress(Failure):
        journey.follow(Redirect(status=301, location=location))

    assert journey.host
    assert journey.address.startswith(("http://", "https://"))
    assert journey.moved_to in {"", journey.address}


@pytest.mark.parametrize(
    ("url", "host"),
    [
        pytest.param("https://A.example/rss", "a.example", id="case"),
        pytest.param("https://a.example./rss", "a.example", id="a dot at the end"),
        pytest.param("https://müller.example/", "xn--mller-kva.example", id="letters"),
        pytest.param("https://xn--mller-kva.example/", "xn--mller-kva.example", id="as encoded"),
        pytest.param("https://u:p@[2606:4700::1]:8443/", "[2606:4700::1]", id="IPv6"),
    ],
)
def test_a_host_is_named_as_the_database_names_it(url: str, host: str) -> None:
    journey = Journey(url, Validators(), 1, Errand(limit=1))
    assert (journey.host, urls.host(url)) == (host, host)


def test_a_host_that_the_database_cannot_name_has_a_name_all_the_same() -> None:
    journey = Journey("https://a$b.example/", Validators(), 1, Errand(limit=1))
    assert (journey.host, urls.host(journey.address)) == ("a$b.example", "")
