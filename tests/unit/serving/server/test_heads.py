"""What is found without a parser is what a parser reads."""

from dataclasses import replace
from typing import Any, cast

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade_serving.server.lane.heads import Head, Heads
from colonnade_serving.server.lane.target import Target
from colonnade_serving.server.terms import terms

PLAIN = b"POST /v2/models/m/infer HTTP/1.1\r\nhost: a\r\ncontent-length: 12\r\naccept: */*\r\n\r\n"
PROXIED = PLAIN[:-2] + b"x-forwarded-proto: http\r\nx-request-id: 0a-12ff\r\n\r\n"
TARGET = Target.__new__(Target)
"""Heads only pass it on."""


class Read:
    """What httptools makes of a head."""

    def __init__(self, raw: bytes) -> None:
        self.url = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.complete = False
        parser = httptools.HttpRequestParser(self)
        parser.feed_data(raw)
        self.method = parser.get_method()
        self.last = not parser.should_keep_alive()

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.complete = True

    def head(self) -> Head:
        length = next((int(value) for name, value in self.headers if name == b"content-length"), 0)
        return Head(TARGET, terms(self.headers), length, self.last)

    def rest(self) -> Any:
        """All but what may differ."""
        others = [header for header in self.headers if header[0] not in (b"content-length", b"x-request-id")]
        return self.method, self.url, [name for name, _ in self.headers], others


def knowing(*raws: bytes) -> Heads:
    heads = Heads()
    for raw in raws:
        read = Read(raw)
        heads.remember(raw, read.headers, read.head())
    return heads


def found(heads: Heads, data: bytes) -> tuple[int, int, bytes] | None:
    head, *match = heads.find(data)
    return None if head is None else cast(tuple[int, int, bytes], tuple(match))


def test_a_head_is_found_again_whatever_its_length_and_id():
    heads = knowing(PLAIN, PROXIED)
    assert found(heads, PLAIN + b"{}") == (len(PLAIN), 12, b"")
    assert found(heads, PROXIED + b"{}") == (len(PROXIED), 12, b"0a-12ff")
    other = PROXIED.replace(b": 12", b": 9876").replace(b"0a-12ff", b"5f0f2b1c-0000-4000-8000-0123456789ab")
    assert found(heads, other) == (len(other), 9876, b"5f0f2b1c-0000-4000-8000-0123456789ab")


def test_what_a_head_says_comes_along_but_not_whose_it_was():
    raw = PROXIED.replace(b"accept: */*", b"accept-encoding: gzip")
    head, *_ = knowing(raw).find(raw)
    assert head is not None
    assert head.terms == replace(terms([(b"accept-encoding", b"gzip")]), id=None)


@pytest.mark.parametrize(
    "id", [b"", b"a b", b"a_b", b"a\tb", b"a\x00b", b"a\nb", b"\xe4", b"a" * 100, b"a\r\nhost: b", b" a", b"a "]
)
def test_an_id_that_is_no_plain_word_is_the_parsers(id: bytes):
    assert found(knowing(PROXIED), PROXIED.replace(b"0a-12ff", id)) is None


@pytest.mark.parametrize("length", [b"", b"-1", b"+1", b"1 ", b"1_0", b"0x10", b"1" * 100, b"1, 1"])
def test_a_length_that_is_no_number_is_the_parsers(length: bytes):
    assert found(knowing(PLAIN), PLAIN.replace(b": 12", b": " + length)) is None


@pytest.mark.parametrize(
    "more",
    [
        b"connection: close",
        b"x-request-timeout-ms: 5",
        b"X-Request-ID: b-2",
        b"x-long: " + b"a" * 2048,
    ],
)
def test_a_head_with_more_to_it_is_not_remembered(more: bytes):
    raw = PROXIED[:-2] + more + b"\r\n\r\n"
    assert found(knowing(raw), raw) is None


def test_a_chunked_body_has_no_length():
    raw = PLAIN.replace(b"content-length: 12", b"transfer-encoding: chunked")
    assert found(knowing(raw), raw) is None


def test_many_heads_make_room_for_others():
    raws = [PLAIN.replace(b"host: a", b"host: a%d" % at) for at in range(200)]
    heads = knowing(*raws)
    assert found(heads, raws[-1]) is not None
    assert sum(found(heads, raw) is not None for raw in raws) <= 64


def test_a_head_whose_body_comes_later_each_time_is_remembered_once():
    others = [PLAIN.replace(b"host: a", b"host: b%d" % at) for at in range(63)]
    heads = knowing(*others, *[PLAIN.replace(b": 12", b": %d" % at) for at in range(100)])
    assert all(found(heads, raw) is not None for raw in others)


def test_forgotten_heads_are_the_parsers():
    heads = knowing(PLAIN)
    heads.forget()
    assert found(heads, PLAIN) is None


@given(st.sampled_from([PLAIN, PROXIED]), st.data())
def test_a_head_that_was_tampered_with_is_read_as_by_a_parser_or_not_at_all(raw: bytes, data: st.DataObject):
    heads = knowing(PLAIN, PROXIED)
    at, cut = data.draw(st.integers(0, len(raw))), data.draw(st.integers(0, 3))
    put = data.draw(
        st.sampled_from([b"", b"\r", b"\n", b"\r\n", b" ", b":", b"0", b"-", b"\x00", b"a: b\r\n", b"\xe4"])
    )
    other = raw[:at] + put + raw[at + cut :]
    match = found(heads, other)
    if match is not None:
        start, length, id = match
        read = Read(other[:start])
        ids = [value for name, value in read.headers if name == b"x-request-id"]
        assert read.complete
        assert read.rest() in (Read(PLAIN).rest(), Read(PROXIED).rest())
        assert (read.head().length, [id] if id else []) == (length, ids)
