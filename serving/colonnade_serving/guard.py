"""Who may ask: whoever knows the bearer token (RFC 6750), where there is one; health is for everybody."""

import hmac
import logging
import re
from pathlib import Path
from typing import Final

from .files import state as file_state
from .protocol.errors import ProtocolError

log = logging.getLogger(__name__)

TOKEN: Final = re.compile(rb"[!-~]+")
MOST_BYTES: Final = 64 << 10
OPEN: Final = frozenset({"/v2/health/live", "/v2/health/ready"})
OPEN_CALLS: Final = frozenset(
    {
        "/inference.GRPCInferenceService/ServerLive",
        "/inference.GRPCInferenceService/ServerReady",
        "/grpc.health.v1.Health/Check",
        "/grpc.health.v1.Health/Watch",
    }
)
"""What probes ask, which know no secrets."""


class Unauthorized(ProtocolError):
    """The answer to who doesn't know the token."""

    def __init__(self, sent: bytes) -> None:
        what = "another token than this server's" if sent else "none"
        super().__init__(f"Authorization: Bearer and this server's token are wanted; {what} came", 401)
        self._wrong = bool(sent)

    @property
    def headers(self) -> dict[str, str]:
        """The challenge."""
        return {"WWW-Authenticate": 'Bearer realm="colonnade"' + (', error="invalid_token"' if self._wrong else "")}


class Guard:
    """Knows the token of a file, which it reads again when that changes; without a file it lets everybody in."""

    def __init__(self, path: Path | None) -> None:
        """Raises ValueError when the file has no token."""
        self._path = path
        self._expected = b"" if path is None else b"Bearer " + read(path)
        self._seen = None if path is None else file_state(path)

    @property
    def closed(self) -> bool:
        """Whether a token is asked for."""
        return self._path is not None

    def admits(self, authorization: bytes) -> bool:
        """Whether a header's value has the token. How long it takes says nothing of how much of it was right."""
        if not self._expected:
            return True
        scheme, _, token = authorization.partition(b" ")
        return scheme.lower() == b"bearer" and hmac.compare_digest(b"Bearer " + token.strip(), self._expected)

    def look(self) -> None:
        """Reads the file again if it changed; call it now and then. While it has no token the one before holds."""
        if self._path is None or (state := file_state(self._path)) == self._seen:
            return
        self._seen = state
        try:
            self._expected = b"Bearer " + read(self._path)
        except ValueError as error:
            log.error("the bearer token was not read again; the one before holds", extra={"error": str(error)})
        else:
            log.info("the bearer token was read again", extra={"file": str(self._path)})


def read(path: Path) -> bytes:
    """The token that a file holds, without the space around it. Raises ValueError, which doesn't say what it holds."""
    try:
        with path.open("rb") as file:
            token = file.read(MOST_BYTES).strip()
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    if not TOKEN.fullmatch(token):
        what = "holds more than a word of printable ASCII" if token else "is empty"
        raise ValueError(f"{path}: the file {what}; a token is wanted, alone")
    return token
