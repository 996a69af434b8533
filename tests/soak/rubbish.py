"""Requests that are wrong: in bytes, in HTTP, in JSON, in the protocol. Each is drawn by chance, from a valid one."""

import gzip
import json
import random
from collections.abc import Callable
from typing import Any

from .questions import PATH, post

WORDS = (
    b"NaN", b"-Infinity", b"1e999", b"-1", b"null", b"{}", b"[]", b'"', b"\\ud800", b"\x00", b"\xff\xfe", b"9" * 400,
    b'{"a":' * 50, b"[" * 5000, b"true", b"18446744073709551616", b" " * 1000, b",", b":", b'"BYTES"', b'"FP64"',
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 2**63, 2**64, 1.5, 1e308, "", "\ud800", "x" * 10_000, [], {}, [[]], [None], {"a": {}},
    "FP16", "BF16", "BYTES", "UINT8", [-1, 30], [2**62, 2**62], [0], [1, 31], ["1", "30"],
)  # fmt: skip
LENGTHS = (b"-1", b"abc", b"1e3", b"99999999999999999999", b"+5", b"0x10", b"", b"5, 5", b"3\r\nContent-Length: 4")
CHUNKED = b"POST %s HTTP/1.1\r\nHost: soak\r\nTransfer-Encoding: %s\r\n\r\n"
CHUNKS = (  # of sizes that are none, too long, too short
    b"zz\r\n",
    b"-1\r\nx\r\n",
    b"ffffffffffffffffff\r\n",
    b"5\r\nabc\r\n0\r\n\r\n",
    b"1\r\nab\r\n",
    b"0\r\n",
    b"\r\n",
)
CODINGS = (b"chunked", b"gzip", b"chunked, chunked", b"identity", b"xchunked", b"chunked\r\nContent-Length: 5")

Draw = Callable[[random.Random, bytes], bytes]


def request(draw: random.Random, valid: bytes) -> bytes:
    """Bytes for a connection of their own; hardly ever a valid request."""
    return draw.choice(KINDS)(draw, valid)


def body(draw: random.Random, valid: bytes) -> bytes:
    """A well-formed POST to a model, whose JSON is not what it should be: in its bytes, or in its meaning."""
    kept = valid.partition(b"\r\n\r\n")[2]
    wrong = _bytes(draw, kept) if draw.random() < 0.5 else _meaning(draw, kept)
    return post(PATH, wrong)


def _bytes(draw: random.Random, kept: bytes) -> bytes:
    data = bytearray(kept)
    for _ in range(draw.choice((1, 1, 2, 5, 20))):
        at = draw.randrange(len(data) + 1)
        end = min(len(data), at + draw.choice((0, 0, 1, 3, 40)))
        data[at:end] = draw.choice((b"", draw.randbytes(1), draw.choice(WORDS), bytes(data[at:end]) * 2))
    return bytes(data)


def _meaning(draw: random.Random, kept: bytes) -> bytes:
    """One value of the document, anywhere in it, becomes another; or it goes, or comes twice."""
    document = json.loads(kept)
    at: Any = document
    while True:
        key = draw.choice(list(at) if isinstance(at, dict) else range(len(at)))
        if not isinstance(at[key], dict | list) or not at[key] or draw.random() < 0.4:
            break
        at = at[key]
    if draw.random() < 0.25:
        del at[key]
    elif draw.random() < 0.2 and isinstance(at, list):
        at.append(at[key])
    else:
        at[key] = draw.choice(VALUES)
    return json.dumps(document).encode()


def _noise(draw: random.Random, _: bytes) -> bytes:
    return draw.randbytes(draw.choice((1, 10, 1000, 100_000)))


def _mutated(draw: random.Random, valid: bytes) -> bytes:
    return _bytes(draw, valid)


def _length(draw: random.Random, valid: bytes) -> bytes:
    head, _, kept = valid.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length")]
    return b"\r\n".join([*lines, b"Content-Length: " + draw.choice(LENGTHS), b"", kept])


def _chunks(draw: random.Random, _: bytes) -> bytes:
    return CHUNKED % (PATH.encode(), draw.choice(CODINGS)) + b"".join(draw.choices(CHUNKS, k=3))


def _headers(draw: random.Random, valid: bytes) -> bytes:
    wrong = draw.choice((
        b"X: " + b"a" * draw.choice((10_000, 100_000, 1_000_000)),
        b"\r\n".join(b"X-%d: y" % i for i in range(draw.choice((100, 20_000)))),
        b"No colon here",
        b": no name",
        b"X y: z",
        b"X: \x00\x01\x7f",
        b"X:\r\n folded",
        b"Expect: 200-maybe",
        b"Upgrade: h2c\r\nConnection: upgrade, close, keep-alive",
        b"Content-Encoding: br",
        b"X-Request-Timeout-Ms: soon",
        b"Inference-Header-Content-Length: " + draw.choice((b"-1", b"0", b"5", b"999999", b"x", b"1.5")),
    ))  # fmt: skip
    line, _, rest = valid.partition(b"\r\n")
    return line + b"\r\n" + wrong + b"\r\n" + rest


def _line(draw: random.Random, valid: bytes) -> bytes:
    line = draw.choice((
        b"POST " + PATH.encode() + b" HTTP/9.9",
        b"POST " + PATH.encode(),
        b"POST  HTTP/1.1",
        b"GET " + b"/a" * 50_000 + b" HTTP/1.1",
        b"POST " + PATH.encode() + b"%00%ff%zz HTTP/1.1",
        b"POST /v2/models/" + b"../" * 20 + b"etc/passwd HTTP/1.1",
        b"DELETE " + PATH.encode() + b" HTTP/1.1",
        b"PRI * HTTP/2.0",
        b"CONNECT 127.0.0.1:1 HTTP/1.1",
    ))  # fmt: skip
    return line + b"\r\n" + valid.partition(b"\r\n")[2]


def _squeezed(draw: random.Random, valid: bytes) -> bytes:
    kept = gzip.compress(valid.partition(b"\r\n\r\n")[2], 1)
    bomb = gzip.compress(bytes(8 << 20))
    data = draw.choice((kept[: len(kept) // 2], kept + b"x", _bytes(draw, kept), b"", bomb, kept))
    return post(PATH, data, f"Content-Encoding: {draw.choice(('gzip', 'deflate', 'gzip, gzip'))}")


def _binary(draw: random.Random, _: bytes) -> bytes:
    size = draw.choice((0, 1, 119, 120, 121, 2**31, -1, "120", None))
    tensor = {"name": "X", "datatype": draw.choice(("FP32", "BYTES", "BOOL", "FP16")), "shape": [1, 30]}
    head = json.dumps({"inputs": [tensor | {"parameters": {"binary_data_size": size}}]}).encode()
    data = head + draw.randbytes(draw.choice((0, 1, 119, 120, 121, 5000)))
    return post(PATH, data, f"Inference-Header-Content-Length: {len(head) + draw.choice((-1, 0, 0, 0, 1))}")


KINDS: tuple[Draw, ...] = (_noise, _mutated, _length, _chunks, _headers, _line, _squeezed, _binary)
