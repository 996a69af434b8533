"""Whether a web server sends more than it says: a client reads as far as Content-Length, and takes that for the whole.

So it comes about: letters were counted, not bytes; or a file was measured, and then another one sent.
"""

from typing import Any

import httpx

from ...errors import PermanentError

CLOSED_AFTERWARDS = {"Connection": "close"}
"""What a request has to say, so that the end of what is sent can be seen."""
LONGEST_WAIT_SECONDS = 1.0


def check(response: httpx.Response, transport: httpx.HTTPTransport) -> None:
    """Raises PermanentError where anything comes after the body's last byte, which was read, and the response not yet
    closed. A server that doesn't close the connection is believed after a second."""
    said = response.headers.get("content-length")
    if said is None or not (_read_already(transport) or _still_comes(response)):
        return
    raise PermanentError(
        "UnreadableSource",
        f"spec.source.storageUri: {response.url} says {int(said):,} bytes (Content-Length) and sends more: where the "
        "file ends can't be told; let the server count the bytes that it sends",
    )


def _read_already(transport: httpx.HTTPTransport) -> bool:
    """What lies in the client's own buffer: no public way leads there."""
    connections: list[Any] = transport._pool.connections
    return any(each._connection._h11_state.trailing_data[0] for each in connections)


def _still_comes(response: httpx.Response) -> bool:
    connected = response.extensions["network_stream"].get_extra_info("socket")
    connected.settimeout(LONGEST_WAIT_SECONDS)
    try:
        return bool(connected.recv(1))
    except OSError:
        return False
