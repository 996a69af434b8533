"""Which requests the fast path takes, by their heads."""

from collections.abc import Sequence

from ...protocol.errors import ProtocolError
from ..request_headers import read_headers
from .codec import Target
from .head_cache import AUTHORIZATION, CODING, LENGTH, Head
from .shared import Shared


def eligible_head(
    headers: Sequence[tuple[bytes, bytes]], target: Target, keep_alive: bool, shared: Shared
) -> Head | None:
    """The head of a POST to target's path; None when it isn't the fast path's, or is wrong: uvicorn's way says why.

    headers: names in lower case; the parser has checked how the body is framed.
    """
    length, authorization = 0, b""
    for name, value in headers:
        if name in shared.elsewhere:
            return None
        if name == LENGTH:
            length = int(value)
        elif name == CODING:
            length = -1
        elif name == AUTHORIZATION and not authorization:
            authorization = value
    if not shared.guard.admits(authorization):
        return None
    try:
        return Head(target, read_headers(headers), length, not keep_alive)
    except ProtocolError:
        return None


def is_plain(raw: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bool:
    """Whether the bytes before the blank line are exactly the request line and these headers, a line each."""
    return raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r") == len(headers)
