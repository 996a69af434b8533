"""How a version that is encrypted is sealed and opened: one data key a version, wrapped in keys.json by the key of a
Secret, and of the data key another one for each file.

Needs cryptography, besides what this package needs.
"""

import base64
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pyarrow.parquet.encryption as modular
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from colonnade_api.datasets.encryption import SEALED_FILE
from colonnade_api.stored.canonical_json import canonical_json

KEYS = "keys.json"
"""Beside the files of a version that is encrypted: its data key, wrapped."""
KEY_BYTES = 32
NONCE_BYTES = 12


class KeyMissing(Exception):
    """None of the keys at hand wrapped this one. id: of the key that did, as far as it can be told."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"none of those given is the key whose id is {key_id}")
        self.id = key_id


class Changed(Exception):
    """It isn't what was sealed."""


def derived(key: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    """HKDF-SHA256 (RFC 5869) of a key, so that no two purposes share one."""
    return HKDF(SHA256(), length, salt=None, info=f"colonnade.dev/{purpose}".encode()).derive(key)


def key_bytes(text: bytes) -> bytes:
    """What people write as a key, without the line's end. Raises ValueError for one that is too short to be a key."""
    value = text.strip()
    if len(value) < KEY_BYTES:
        raise ValueError(
            f"has {len(value)} bytes, and a key has at least {KEY_BYTES}; make one by openssl rand -hex 32"
        )
    return value


def key_id(key: bytes) -> str:
    """Tells which key wrapped a data key, and nothing of the key."""
    return derived(key, "key-id", 8).hex()


def wrapped(data_key: bytes, about: str, key: bytes) -> bytes:
    """keys.json: the data key under AES-256-GCM, bound to what it is of."""
    nonce = os.urandom(NONCE_BYTES)
    told = nonce + AESGCM(derived(key, "wrapping")).encrypt(nonce, data_key, about.encode())
    return canonical_json({"keyId": key_id(key), "wrapped": base64.b64encode(told).decode()})


def wrapped_by(keys_json: bytes) -> str:
    """The id of the key that wrapped it; "unknown" of what is no keys.json."""
    return str(_document(keys_json).get("keyId", "unknown"))


def unwrapped(keys_json: bytes, about: str, keys: Iterable[bytes]) -> bytes:
    """The data key. about: the version's digest. Raises KeyMissing, Changed."""
    wanted = wrapped_by(keys_json)
    key = next((key for key in keys if key_id(key) == wanted), None)
    if key is None:
        raise KeyMissing(wanted)
    try:
        told = base64.b64decode(str(_document(keys_json).get("wrapped")), validate=True)
        return AESGCM(derived(key, "wrapping")).decrypt(told[:NONCE_BYTES], told[NONCE_BYTES:], about.encode())
    except (InvalidTag, ValueError) as error:
        raise Changed(f"{KEYS} of {about}") from error


def sealed_file(data: bytes, name: str, data_key: bytes) -> bytes:
    """A small file, encrypted. name: what it is called in the store, beside no other of this data key."""
    nonce = os.urandom(NONCE_BYTES)
    return SEALED_FILE + nonce + AESGCM(file_key(data_key, name)).encrypt(nonce, data, None)


def opened_file(data: bytes, name: str, data_key: bytes) -> bytes:
    """A small file in plain. Raises Changed."""
    start = len(SEALED_FILE)
    nonce, rest = data[start : start + NONCE_BYTES], data[start + NONCE_BYTES :]
    try:
        return AESGCM(file_key(data_key, name)).decrypt(nonce, rest, None)
    except (InvalidTag, ValueError) as error:
        raise Changed(name) from error


def opened_table(file: Path, name: str, data_key: bytes) -> pq.ParquetFile:
    """Raises pa.ArrowException or OSError where it isn't what the key encrypted."""
    return pq.ParquetFile(file, decryption_properties=modular.create_decryption_properties(file_key(data_key, name)))


def file_key(data_key: bytes, name: str) -> bytes:
    """Each file has one of its own, so that no AES-GCM key encrypts two."""
    return derived(data_key, f"file/{name}")


def _document(keys_json: bytes) -> dict[str, Any]:
    try:
        found = json.loads(keys_json)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
