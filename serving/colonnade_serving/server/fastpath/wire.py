"""Answers as bytes."""

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from ...protocol.errors import ProtocolError
from ...protocol.response import encode_error

GOOD = STATUS_LINE[200] + b"x-request-id: "
"""What an answer of 200 begins with; its id follows."""
LAST = b"\r\nconnection: close\r\n\r\n"
NEXT = b"\r\n\r\n"


def error(problem: ProtocolError, own: bytes, last: bool) -> bytes:
    """An error's answer. own: the headers that it has whatever it says."""
    body = encode_error(problem.message)
    more = b"".join(b"%b: %b\r\n" % (name.lower().encode(), text.encode()) for name, text in problem.headers.items())
    return b"%b%b%bcontent-type: application/json\r\ncontent-length: %d%b%b" % (
        STATUS_LINE[problem.status], own, more, len(body), LAST if last else NEXT, body,
    )  # fmt: skip


def answer(body: bytes, json_length: int | None, coding: str | None, own: bytes, last: bool) -> bytes:
    """Any answer of 200. json_length: of the JSON before binary tensors. coding: Content-Encoding. own: see error."""
    headers = b"content-type: application/json\r\n"
    if json_length is not None:
        headers = b"content-type: application/octet-stream\r\ninference-header-content-length: %d\r\n" % json_length
    if coding is not None:
        headers += b"content-encoding: %b\r\n" % coding.encode()
    return b"%b%b%bcontent-length: %d%b%b" % (
        STATUS_LINE[200], own, headers, len(body), LAST if last else NEXT, body,
    )  # fmt: skip
