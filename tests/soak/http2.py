"""HTTP/2 frames (RFC 9113), as far as being rude needs them."""

import random
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 2, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS = 1, 4
# :method POST and :scheme http by index; :path, :authority and content-type as literals that aren't indexed (RFC 7541).
CALL = b"\x83\x86" + b"".join(
    prefix + bytes([len(value)]) + value
    for prefix, value in (
        (b"\x04", b"/inference.GRPCInferenceService/ServerLive"),
        (b"\x01", b"soak"),
        (b"\x0f\x10", b"application/grpc"),
    )
)


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def settings() -> bytes:
    return frame(SETTINGS, 0, 0, b"")


def given_up(stream: int) -> bytes:
    """A call, and at once that it isn't wanted."""
    return frame(HEADERS, END_HEADERS, stream, CALL) + frame(RST_STREAM, 0, stream, struct.pack(">I", 8))


def rubbish(draw: random.Random) -> bytes:
    """Noise; or a proper beginning and then frames that are wrong by chance."""
    if draw.random() < 0.2:
        return draw.randbytes(draw.choice((1, 100, 10_000)))
    frames = [_wrong(draw) for _ in range(draw.choice((1, 3, 50)))]
    return PREFACE + settings() + b"".join(frames)


def _wrong(draw: random.Random) -> bytes:
    message = b"\x00" + struct.pack(">I", draw.choice((0, 5, 2**32 - 1))) + draw.randbytes(5)
    return draw.choice((
        frame(draw.randrange(256), draw.randrange(256), draw.randrange(2**31), draw.randbytes(draw.randrange(100))),
        frame(HEADERS, END_HEADERS, 1, CALL) + frame(DATA, END_STREAM, 1, message),
        frame(HEADERS, END_HEADERS, 1, draw.randbytes(60)),
        frame(HEADERS, 0, 1, CALL) + frame(CONTINUATION, 0, 1, CALL) * 20,
        frame(HEADERS, END_HEADERS | END_STREAM, 2, CALL),
        frame(DATA, 0, 7, b"x" * 100),
        frame(DATA, 0, 0, b"x"),
        frame(PING, 0, 0, b"12345678") * 100,
        frame(PING, 0, 0, b"short"),
        frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 2**32 - 1)),
        frame(SETTINGS, 0, 0, struct.pack(">HI", 5, 1)) * 50,
        frame(SETTINGS, 1, 0, b"not empty"),
        frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 2**31 - 1)) * 2,
        frame(WINDOW_UPDATE, 0, 1, struct.pack(">I", 0)),
        struct.pack(">I", 2**24 - 1)[1:] + struct.pack(">BBI", DATA, 0, 1),
    ))  # fmt: skip
