"""Tokens in place of values: keyed, so that nobody without the key can try all values until one fits."""

import base64
import hmac

TOKEN_LETTERS = 20  # 100 bits: of a billion values, two share a token once in a trillion tables
PREFIX = "pn_"


def key_id(key: bytes) -> str:
    """By which two versions are known to have pseudonyms of one key; tells nothing of it."""
    return hmac.digest(key, b"colonnade.dev/pseudonyms/id", "sha256").hex()[:16]


def token(key: bytes, value: str) -> str:
    """The token of a value: HMAC-SHA-256, its first 100 bits in base32."""
    digest = hmac.digest(key, value.encode(), "sha256")
    return PREFIX + base64.b32encode(digest)[:TOKEN_LETTERS].decode().lower()
