"""Whose data a row is, and how someone is named who must be named nowhere: by a keyed hash."""

import hmac
from decimal import Decimal, InvalidOperation

from pydantic import Field

from colonnade_api.common import ColumnName, SpecPart
from colonnade_api.datasets.encryption import SecretKey

SHORTEST_KEY_BYTES = 32


class Subject(SpecPart):
    """Whose data a row is: what `kubectl colonnade forget` goes by."""

    column: ColumnName = Field(
        description="The column that tells it, such as user_id. Its values may be pseudonyms, and nothing coarser."
    )
    key_secret_ref: SecretKey = Field(
        description="The key of the hash by which an erased subject is remembered, and nothing else is kept of it: "
        "text of at least 32 bytes, such as of `openssl rand -hex 32`. It must stay as long as the Dataset does."
    )


def key_id(key: bytes) -> str:
    """By which hashes of one key are known; tells nothing of the key."""
    return hmac.digest(key, b"colonnade.dev/subject/key-id", "sha256").hex()[:16]


def keyed_hash(key: bytes, subject: str) -> str:
    """A subject as it is remembered: HMAC-SHA-256 of its value as stored, in hex."""
    return hmac.digest(key, b"colonnade.dev/subject/value/" + subject.encode(), "sha256").hex()


def spelled(value: object, *, numeric: bool) -> str:
    """One spelling of a value: of a number 4711, whether it was 4711.0 or ' 4711 '; of all else the text, trimmed."""
    text = str(value).strip()
    if not numeric or isinstance(value, int):
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return str(int(number)) if number.is_finite() and number == number.to_integral_value() else text
