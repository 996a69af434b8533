"""Websockets to the API server, by which pods are reached: a time limit for the handshake, a refusal in words."""

from collections.abc import Iterator
from contextlib import contextmanager

import websocket

CONNECT_SECONDS = 15
APART = " -+-+- "


@contextmanager
def patient() -> Iterator[None]:
    """The kubernetes client passes no time limit on; the process's own one is borrowed, and given back."""
    before = websocket.getdefaulttimeout()
    websocket.setdefaulttimeout(CONNECT_SECONDS)
    try:
        yield
    finally:
        websocket.setdefaulttimeout(before)


def cause(error: Exception) -> str:
    """Without the headers and the body that a refused handshake carries along."""
    return str(getattr(error, "reason", None) or error).partition(APART)[0]
