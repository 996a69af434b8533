"""Reading a request's body, within the limit."""

from starlette.requests import Request

from ..protocol.errors import too_large


class ClientGone(Exception):
    """The client closed its connection; nobody waits for an answer."""


async def read(http: Request, limit: int) -> bytes:
    """The whole body, at most limit bytes. Raises ProtocolError (413) and ClientGone."""
    length = http.headers.get("content-length")
    if length is not None and int(length) > limit:
        raise too_large(limit)
    message = await http.receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        return _within(message["body"], limit)
    chunks: list[bytes] = []
    total = 0
    while True:
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunks.append(message["body"])
        total += len(message["body"])
        if total > limit:
            raise too_large(limit)
        if not message.get("more_body", False):
            return b"".join(chunks)
        message = await http.receive()


def _within(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise too_large(limit)
    return body
