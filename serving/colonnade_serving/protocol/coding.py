"""Content-Encoding: gzip and deflate, of requests within a limit and of answers that are long enough to gain by it."""

import zlib
from typing import Final

from .errors import ProtocolError

GZIP_OR_ZLIB: Final = zlib.MAX_WBITS | 32
GZIP: Final = zlib.MAX_WBITS | 16
RAW: Final = -zlib.MAX_WBITS

WORTH_BYTES: Final = 1024
"""A shorter answer fits one packet as it is."""
LEVEL: Final = 1
"""Answers are numbers: a higher level takes three times as long and saves a tenth."""


def inflate(body: bytes, encoding: str, limit: int) -> bytes:
    """A request's body as it was before its Content-Encoding, which may be gzip or deflate (zlib's form or raw).

    Raises ProtocolError: 415 for another encoding, 400 for a body that isn't what it says, 413 for more than limit
    bytes, of which no more than that are ever made.
    """
    coding = encoding.strip().lower()
    if coding in ("", "identity"):
        return body
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise ProtocolError(f"Content-Encoding: {encoding} is unknown here; gzip, deflate or none", 415)
    try:
        return _inflated(body, RAW if coding == "deflate" and not _has_zlib_header(body) else GZIP_OR_ZLIB, limit)
    except zlib.error as error:
        raise ProtocolError(f"body: not {coding}, as its Content-Encoding says: {error}") from None


def deflated(body: bytes, accepted: str) -> tuple[bytes, str | None]:
    """An answer's body for a client with this Accept-Encoding, and its Content-Encoding; None when it stays as it is.

    What JSON there is stays as long as it was said to be (Inference-Header-Content-Length counts before the encoding).
    """
    if len(body) < WORTH_BYTES or (coding := preferred(accepted)) is None:
        return body, None
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP if coding == "gzip" else zlib.MAX_WBITS)
    return compressor.compress(body) + compressor.flush(), coding


def preferred(accepted: str) -> str | None:
    """gzip or deflate, whichever an Accept-Encoding header ranks higher; None when it wants neither.

    RFC 9110, 12.5.3: a weight of 0 forbids, * stands for all that aren't named.
    """
    weights = dict(_weight(item) for item in accepted.lower().split(",") if item.strip())
    ranked = {coding: weights.get(coding, weights.get("*", 0.0)) for coding in ("gzip", "deflate")}
    best = max(ranked, key=lambda coding: ranked[coding])
    return best if ranked[best] > 0 else None


def _weight(item: str) -> tuple[str, float]:
    coding, _, parameter = item.partition(";")
    name, _, value = parameter.partition("=")
    if name.strip() != "q":
        return coding.strip(), 1.0
    try:
        return coding.strip(), float(value)
    except ValueError:
        return coding.strip(), 0.0


def _has_zlib_header(body: bytes) -> bool:
    """RFC 1950: the method is 8, and the first two bytes are a multiple of 31."""
    return len(body) >= 2 and body[0] & 15 == 8 and (body[0] << 8 | body[1]) % 31 == 0


def _inflated(body: bytes, form: int, limit: int) -> bytes:
    parts: list[bytes] = []
    room = limit
    while body:  # gzip may have several members
        inflater = zlib.decompressobj(form)
        part = inflater.decompress(body, room + 1)
        room -= len(part)
        if room < 0:
            raise ProtocolError(f"body: more than {limit} bytes when inflated; send fewer rows at once", 413)
        if not inflater.eof:
            raise zlib.error("it ends too early")
        parts.append(part)
        body = inflater.unused_data
    return b"".join(parts)
