"""What an infer request's headers say about it, on whichever path it is answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from ..protocol.errors import ProtocolError
from ..request_ids import plain
from ..service import TIMEOUT_HEADERS

JSON_LENGTH = b"inference-header-content-length"
ID = b"x-request-id"

TEXTS = {b"content-encoding": "encoding", b"accept-encoding": "accepts", b"traceparent": "trace"}
"""Headers that are kept as they are, and RequestHeaders' names for them."""


@dataclass(frozen=True, slots=True)
class RequestHeaders:
    """json_length: of the JSON before binary buffers; None for JSON alone. timeout: seconds, inf for none.

    encoding, accepts: Content-Encoding of the body and Accept-Encoding for the answer. trace: traceparent.
    id: x-request-id; None where it isn't fit to be said again.
    """

    json_length: int | None = None
    timeout: float = inf
    encoding: str = ""
    accepts: str = ""
    id: str | None = None
    trace: str | None = None


def read_headers(headers: Iterable[tuple[bytes, bytes]]) -> RequestHeaders:
    """What headers ask; their names are in lower case. Raises ProtocolError (400)."""
    timeout = inf
    said: dict[bytes, str] = {}
    json_length = id = None
    for name, value in headers:
        if name == JSON_LENGTH:
            json_length = _whole("Inference-Header-Content-Length", value)
        elif name in TIMEOUT_HEADERS:
            timeout = min(timeout, _whole(name.decode(), value) / 1e3 or inf)
        elif name == ID:
            id = plain(value).decode() or None
        elif name in TEXTS:
            said[name] = value.decode("latin-1")
    return RequestHeaders(json_length, timeout, id=id, **{TEXTS[name]: value for name, value in said.items()})


def _whole(name: str, value: bytes) -> int:
    if not value.isdigit():
        raise ProtocolError(f"{name}: {value.decode('latin-1')!r}; a whole number is wanted")
    return int(value)
