"""What is found without a parser is what a parser reads."""

from dataclasses import replace
from typing import Any

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade_serving.guard import Guard
from colonnade_serving.server.fastpath.codec import Target
from colonnade_serving.server.fastpath.head_cache import Head, HeadCache, Match
from colonnade_serving.server.request_headers import read_headers

PLAIN = b"POST /v2/models/m/infer HTTP/1.1\r\nhost: a\r\ncontent-length: 12\r\naccept: */*\r\n\r\n"
PROXIED = PLAIN[:-2] + b"x-forwarded-proto: http\r\nx-request-id: 0a-12ff\r\n\r\n"
TRACED = PROXIED[:-2] + b"Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n"
NUMBERED = TRACED[:-2] + b"X-Seq: 7\r\nX-Start: t=1.5 (about)\r\n\r\n"
MAY_DIFFER = (b"content-length", b"x-request-id", b"traceparent", b"x-seq", b"x-start")
TARGET = Target.__new__(Target)
"""HeadCache only pass it on."""


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
        return Head(TARGET, read_headers(self.headers), length, self.last)

    def rest(self) -> Any:
        """All but what may differ."""
        others = [header for header in self.headers if header[0] not in MAY_DIFFER]
        return self.method, self.url, [name for name, _ in self.headers], others

    def value(self, name: bytes) -> bytes:
        """A header's, empty when there is none."""
        return b"".join(value for each, value in self.headers if each == name)


def knowing(*raws: bytes) -> HeadCache:
    heads = HeadCache(Guard(None))
    for raw in raws:
        read = Read(raw)
        heads.remember(raw, read.headers, read.head())
    return heads


def found(heads: HeadCache, data: bytes) -> Match | None:
    head, match = heads.find(data)
    return None if head is None else match


def numbered(seq: bytes, start: bytes = b"now") -> bytes:
    return NUMBERED.replace(b": 7", b": " + seq).replace(b"t=1.5 (about)", start)


def test_a_head_is_found_again_whatever_its_length_and_id():
    heads = knowing(PLAIN, PROXIED)
    assert found(heads, PLAIN + b"{}") == (len(PLAIN), 12, b"", b"")
    assert found(heads, PROXIED + b"{}") == (len(PROXIED), 12, b"0a-12ff", b"")
    other = PROXIED.replace(b": 12", b": 9876").replace(b"0a-12ff", b"5f0f2b1c-0000-4000-8000-0123456789ab")
    assert found(heads, other) == (len(other), 9876, b"5f0f2b1c-0000-4000-8000-0123456789ab", b"")


def test_what_a_head_says_comes_along_but_not_whose_it_was():
    raw = PROXIED.replace(b"accept: */*", b"accept-encoding: gzip")
    head, _ = knowing(raw).find(raw)
    assert head is not None
    assert head.headers == replace(read_headers([(b"accept-encoding", b"gzip")]), id=None)


def test_a_trace_is_each_requests_own():
    heads = knowing(TRACED)
    other = TRACED.replace(b"b7ad6b7169203331", b"00f067aa0ba902b7")
    assert found(heads, other) == (
        len(other),
        12,
        b"0a-12ff",
        b"00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01",
    )
    head, _ = heads.find(other)
    assert head is not None
    assert head.headers.trace is None


def test_what_says_nothing_may_be_anything_once_it_has_changed():
    first, second, third = numbered(b"1"), numbered(b"2"), numbered(b"3, \xe4 and more")
    heads = knowing(first)
    assert found(heads, second) is None
    heads = knowing(first, second)
    for raw in (first, second, third):
        match = found(heads, raw)
        assert match is not None
        assert match[0] == len(raw)
    assert found(heads, numbered(b"1", b"later")) is None  # that one has not changed yet
    heads = knowing(first, second, numbered(b"1", b"later"))
    assert found(heads, numbered(b"9", b"and again")) is not None


def test_heads_that_change_share_one_place():
    others = [PLAIN.replace(b"m/infer", b"m%d/infer" % at) for at in range(60)]
    heads = knowing(*others, *[numbered(b"%d" % at) for at in range(200)])
    assert all(found(heads, raw) is not None for raw in others)


@pytest.mark.parametrize("value", [b"", b"a\x00b", b"a\nb", b"a\rb", b"a\x7fb", b"a" * 600, b"a\r\nb: c", b"a\r\n b"])
def test_what_no_parser_takes_as_it_stands_is_the_parsers(value: bytes):
    heads = knowing(numbered(b"1"), numbered(b"2"))
    assert found(heads, numbered(value)) is None


@pytest.mark.parametrize(
    "name", [b"accept-encoding", b"content-encoding", b"keep-alive", b"inference-header-content-length"]
)
def test_what_says_something_never_may_be_anything(name: bytes):
    raws = [PLAIN[:-2] + name + b": %d\r\n\r\n" % at for at in (1, 2)]
    assert found(knowing(*raws), PLAIN[:-2] + name + b": 3\r\n\r\n") is None


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
    raws = [PLAIN.replace(b"m/infer", b"m%d/infer" % at) for at in range(200)]
    heads = knowing(*raws)
    assert found(heads, raws[-1]) is not None
    assert sum(found(heads, raw) is not None for raw in raws) <= 64


def test_a_head_whose_body_comes_later_each_time_is_remembered_once():
    others = [PLAIN.replace(b"m/infer", b"m%d/infer" % at) for at in range(63)]
    heads = knowing(*others, *[PLAIN.replace(b": 12", b": %d" % at) for at in range(100)])
    assert all(found(heads, raw) is not None for raw in others)


def test_forgotten_heads_are_the_parsers():
    heads = knowing(PLAIN)
    heads.forget()
    assert found(heads, PLAIN) is None


@given(st.sampled_from([PLAIN, PROXIED, NUMBERED]), st.data())
def test_a_head_that_was_tampered_with_is_read_as_by_a_parser_or_not_at_all(raw: bytes, data: st.DataObject):
    heads = knowing(PLAIN, PROXIED, NUMBERED, numbered(b"8", b"later"))
    at, cut = data.draw(st.integers(0, len(raw))), data.draw(st.integers(0, 3))
    put = data.draw(
        st.sampled_from(
            [b"", b"\r", b"\n", b"\r\n", b" ", b"\t", b":", b"0", b"-", b"\x00", b"\x7f", b"a: b\r\n", b"\xe4"]
        )
    )
    other = raw[:at] + put + raw[at + cut :]
    head, (start, length, id, trace) = heads.find(other)
    if head is not None:
        read = Read(other[:start])
        said = read.head()
        assert read.complete
        assert read.rest() in (Read(PLAIN).rest(), Read(PROXIED).rest(), Read(NUMBERED).rest())
        assert (length, id, trace) == (said.length, read.value(b"x-request-id"), read.value(b"traceparent"))
        assert head.headers == replace(said.headers, id=None, trace=None)
