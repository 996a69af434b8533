"""Who may make a token: whoever has the key, which all pods of a Deployment share."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from typing import Final

MAC_BYTES: Final = 16


class Seal:
    """Of one model's tokens: another model's, under the same key, are none of its own."""

    def __init__(self, secret: str, model: str) -> None:
        """secret: any text that nobody guesses."""
        self._key = blake2b(secret.encode(), digest_size=32, person=b"colonnade-label").digest()
        self._began = blake2b(model.encode() + b"\0", key=self._key, digest_size=MAC_BYTES)

    def sealed(self, body: bytes) -> bytes:
        """A body as text that fits a header, with its code behind it."""
        return urlsafe_b64encode(body + self._code(body)).rstrip(b"=")

    def opened(self, text: bytes) -> bytes | None:
        """The body of what was sealed; None of anything else."""
        try:
            raw = urlsafe_b64decode(text + b"=" * (-len(text) % 4))
        except ValueError:
            return None
        body, code = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
        return body if body and hmac.compare_digest(code, self._code(body)) else None

    def _code(self, body: bytes) -> bytes:
        began = self._began.copy()
        began.update(body)
        return began.digest()
