"""The signed statement of how a bundle was made, as its training Job has put it beside it.

Needs the extra `reading`: cryptography. Serving verifies the same by code of its own: neither imports the other.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from colonnade_access.errors import Corrupt

FILE = "provenance.intoto.jsonl"
IN_TOTO = "application/vnd.in-toto+json"
BLOCK = re.compile(r"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)


@dataclass(frozen=True)
class Attested:
    """statement: the in-toto one. signers: the keys that it says it is signed by. trusted: that of them which signed it
    and is trusted; None where none did."""

    statement: dict[str, Any]
    signers: tuple[str, ...]
    trusted: str | None


def read(envelope: bytes, public_keys: str) -> Attested:
    """The statement in an envelope. public_keys: those that are trusted, in PEM.

    Raises Corrupt when it is no DSSE envelope of an in-toto statement.
    """
    try:
        found = json.loads(envelope)
        payload, kind = base64.b64decode(found["payload"], validate=True), str(found["payloadType"])
        signatures = [(str(one["keyid"]), base64.b64decode(one["sig"], validate=True)) for one in found["signatures"]]
        statement = dict(json.loads(payload))
    except (ValueError, LookupError, TypeError) as error:
        raise Corrupt(f"{FILE} is no signed statement: it was changed, or cut short") from error
    if kind != IN_TOTO:
        raise Corrupt(f"{FILE} holds {kind}, no in-toto statement")
    covered = b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(payload), payload)
    trusted = next((_id(key) for key in _keys(public_keys) for _, raw in signatures if _is_by(key, raw, covered)), None)
    return Attested(statement, tuple(name for name, _ in signatures), trusted)


def names(public_keys: str) -> tuple[str, ...]:
    """What keys in PEM are named by."""
    return tuple(map(_id, _keys(public_keys)))


def _keys(pem: str) -> list[Ed25519PublicKey]:
    found = [load_pem_public_key(block.encode()) for block in BLOCK.findall(pem)]
    return [key for key in found if isinstance(key, Ed25519PublicKey)]


def _id(key: Ed25519PublicKey) -> str:
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"sha256:{hashlib.sha256(der).hexdigest()}"


def _is_by(key: Ed25519PublicKey, signature: bytes, data: bytes) -> bool:
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True
