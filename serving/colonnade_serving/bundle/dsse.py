"""DSSE, the Dead Simple Signing Envelope: what in-toto statements are signed in.

https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md and envelope.md
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .format import BundleError

IN_TOTO: Final = "application/vnd.in-toto+json"


@dataclass(frozen=True)
class Signed:
    """A signature in raw bytes, and whose it claims to be: a hint that nothing covers."""

    key_id: str
    signature: bytes


@dataclass(frozen=True)
class Envelope:
    """A payload and its signatures; none: nobody has signed it."""

    payload: bytes
    signatures: tuple[Signed, ...]
    payload_type: str = IN_TOTO

    def covered(self) -> bytes:
        """What a signature covers: the payload and its type, each with its length (PAE)."""
        kind = self.payload_type.encode()
        return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(self.payload), self.payload)

    def encode(self) -> bytes:
        """As JSON on one line."""
        signatures = [_Signature(keyid=each.key_id, sig=_base64(each.signature)) for each in self.signatures]
        file = _File(payload=_base64(self.payload), payload_type=self.payload_type, signatures=signatures)
        return file.model_dump_json().encode() + b"\n"


def decode(data: bytes, name: str) -> Envelope:
    """The envelope in a file of this name. Raises BundleError when it is none."""
    try:
        found = _File.model_validate_json(data)
        signatures = tuple(Signed(each.keyid, _bytes(each.sig)) for each in found.signatures)
        return Envelope(_bytes(found.payload), signatures, found.payload_type)
    except (ValidationError, binascii.Error, ValueError) as error:
        raise BundleError(f"{name} is no DSSE envelope: it was changed, or cut short") from error


class _Signature(BaseModel):
    keyid: str = ""
    sig: str


class _File(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    payload: str
    payload_type: Annotated[str, Field(alias="payloadType")]
    signatures: list[_Signature]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
