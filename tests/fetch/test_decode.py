"""Content codings: whole or an error, and never past the cap."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.fetch.decode import decoder_for
from ingestor.fetch.failure import Failure

CODERS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "deflate": zlib.compress,
}


def decode(body: bytes, coding: str, limit: int = 10**6, piece: int = 65536) -> bytes:
    decoder = decoder_for(coding, limit)
    for at in range(0, len(body), piece):
        decoder.feed(body[at : at + piece])
    return decoder.close()


@given(st.sampled_from(sorted(CODERS)), st.binary(max_size=2000), st.integers(1, 300))
def test_what_was_coded_is_decoded_however_it_is_cut(coding: str, data: bytes, piece: int) -> None:
    assert decode(CODERS[coding](data), coding, piece=piece) == data


@given(st.binary(min_size=1, max_size=500), st.data())
def test_a_cut_body_is_never_taken_for_a_whole_one(data: bytes, draw: st.DataObject) -> None:
    coding = draw.draw(st.sampled_from(["gzip", "deflate"]))
    whole = CODERS[coding](data)
    cut = draw.draw(st.integers(0, len(whole) - 1))

    with pytest.raises(Failure) as caught:
        decode(whole[:cut], coding)
    assert caught.value.kind == "truncated"


@given(st.lists(st.binary(max_size=100), min_size=1, max_size=4), st.integers(1, 50))
def test_the_members_of_a_gzip_body_are_joined(parts: list[bytes], piece: int) -> None:
    body = b"".join(gzip.compress(part) for part in parts)

    assert decode(body + bytes(8), "gzip", piece=piece) == b"".join(parts)


@pytest.mark.parametrize("coding", ["gzip, gzip", "br", "gzip;q=1", "\x00", "zstd"])
def test_a_coding_that_was_not_asked_for_is_refused(coding: str) -> None:
    with pytest.raises(Failure) as caught:
        decoder_for(coding, 100)
    assert caught.value.kind == "encoding"


@pytest.mark.parametrize("coding", sorted(CODERS))
def test_the_cap_is_exact(coding: str) -> None:
    body = CODERS[coding](b"x" * 1000)

    assert len(decode(body, coding, limit=1000)) == 1000
    with pytest.raises(Failure) as caught:
        decode(body, coding, limit=999)
    assert caught.value.kind == "too_large"


def test_a_bomb_costs_no_more_than_the_cap() -> None:
    body = gzip.compress(bytes(64 * 1024 * 1024))
    tracemalloc.start()

    with pytest.raises(Failure):
        decode(body, "gzip")

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 1024 * 1024
