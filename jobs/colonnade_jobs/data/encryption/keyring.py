"""The keys that a Job was given by reference to their Secrets, and the data keys that they wrap."""

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from colonnade_api.dataset import DatasetSpec
from colonnade_api.encryption import SecretKey
from colonnade_api.stored import canonical_json

from ...errors import PermanentError

KEYS = "keys.json"
"""Beside the files of a version that is encrypted: its data key, wrapped."""
NAMES, VALUE = "COLONNADE_KEYS", "COLONNADE_KEY_"
SHORTEST_KEY_BYTES = 32
DATA_KEY_BYTES = 32
NONCE_BYTES = 12


def derived(key: bytes, purpose: str, length: int = DATA_KEY_BYTES) -> bytes:
    """HKDF-SHA256 (RFC 5869) of a key, so that no two purposes share one."""
    return HKDF(SHA256(), length, salt=None, info=f"colonnade.dev/{purpose}".encode()).derive(key)


@dataclass(frozen=True)
class WrappingKey:
    """A Secret's key. name: for people. value: its bytes."""

    name: str
    value: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Tells which key wrapped a data key, and nothing of the key."""
        return derived(self.value, "key-id", 8).hex()

    def wrap(self, data_key: bytes, about: str) -> bytes:
        """keys.json: the data key under AES-256-GCM, bound to what it is of."""
        nonce = os.urandom(NONCE_BYTES)
        wrapped = nonce + AESGCM(derived(self.value, "wrapping")).encrypt(nonce, data_key, about.encode())
        return canonical_json({"keyId": self.id, "wrapped": base64.b64encode(wrapped).decode()})

    def unwrap(self, wrapped: bytes, about: str) -> bytes:
        """Raises PermanentError (DatasetCorrupt)."""
        nonce, rest = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        try:
            return AESGCM(derived(self.value, "wrapping")).decrypt(nonce, rest, about.encode())
        except (InvalidTag, ValueError) as error:
            raise PermanentError("DatasetCorrupt", f"{KEYS} of {about} was changed: its data key is no more") from error


@dataclass(frozen=True)
class Keyring:
    """All keys at hand."""

    keys: tuple[WrappingKey, ...] = ()

    def named(self, wanted: SecretKey) -> WrappingKey:
        """Raises PermanentError (KeyMissing)."""
        for key in self.keys:
            if key.name == str(wanted):
                return key
        raise PermanentError("KeyMissing", f"the Job was not given {wanted}")

    def has(self, keys_json: bytes) -> bool:
        """Whether one of the keys opens it."""
        return _document(keys_json).get("keyId") in {key.id for key in self.keys}

    def open(self, keys_json: bytes, about: str) -> bytes:
        """The data key in a keys.json. about: the version's digest.

        Raises PermanentError (KeyMissing, DatasetCorrupt).
        """
        found = _document(keys_json)
        for key in self.keys:
            if key.id == found.get("keyId"):
                return key.unwrap(_bytes(found.get("wrapped")), about)
        given = ", ".join(f"{key.name} (id {key.id})" for key in self.keys) or "none"
        raise PermanentError(
            "KeyMissing",
            f"{about} is encrypted by a key whose id is {found.get('keyId')}, and the Job was given {given}; name that "
            "key in the Dataset's spec.privacy.encryption, in keySecretRef or previousKeys",
        )


def _document(keys_json: bytes) -> dict[str, Any]:
    try:
        found = json.loads(keys_json)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _bytes(wrapped: object) -> bytes:
    """None of a text that no key was written as."""
    try:
        return base64.b64decode(str(wrapped), validate=True)
    except ValueError:
        return b""


def mounted(environment: Mapping[str, str] | None = None) -> Keyring:
    """The keys in the Job's environment, where its manifest put them.

    Raises PermanentError (InvalidKey) for one that is too short to be a key.
    """
    given = os.environ if environment is None else environment
    names: list[str] = json.loads(given.get(NAMES, "[]"))
    return Keyring(tuple(_key(name, given.get(f"{VALUE}{n}", "")) for n, name in enumerate(names)))


def wrapping_key(spec: DatasetSpec, ring: Keyring) -> WrappingKey | None:
    """The key that the spec wants new versions wrapped by; None where it wants none.

    Raises PermanentError (KeyMissing).
    """
    wanted = spec.encryption_keys()
    return ring.named(wanted[0]) if wanted else None


def _key(name: str, text: str) -> WrappingKey:
    value = text.strip().encode("utf-8", "surrogateescape")
    if len(value) < SHORTEST_KEY_BYTES:
        raise PermanentError(
            "InvalidKey",
            f"the {name} has {len(value)} bytes, and a key has at least {SHORTEST_KEY_BYTES}; make one by "
            "openssl rand -hex 32",
        )
    return WrappingKey(name, value)
