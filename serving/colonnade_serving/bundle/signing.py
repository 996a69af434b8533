"""Who made a bundle: a signed statement of how it was made, or a bare signature of its bundle.json.

The statement is an in-toto one in a DSSE envelope, as training Jobs write it; it is about the bundle.json whose digest
its subject has. A bare signature is what `openssl pkeyutl -sign` makes. Both lie beside bundle.json, covered by nothing
but the keys: a bundle's digest is the same whoever signed it, and when.
"""

import base64
import binascii
import logging
from collections.abc import Iterator
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .. import digests
from . import dsse
from .dsse import Envelope
from .format import BundleError
from .keys import Trust, key_id, shown

log = logging.getLogger(__name__)

PROVENANCE = "provenance.intoto.jsonl"
SIGNATURE = "signature"
FILES = (PROVENANCE, SIGNATURE)
SIGNATURE_BYTES = 64


def check_signed(directory: Path, manifest: bytes, trust: Trust) -> None:
    """Checks that someone who is trusted made the bundle with these bytes of bundle.json.

    Raises BundleError, which says whether it is unsigned, signed by a key that isn't trusted (any more), or changed.
    """
    objections = []
    for name, check in ((PROVENANCE, _check_statement), (SIGNATURE, _check_bare)):
        data = _content(directory / name)
        if data is None:
            continue
        try:
            if check(data, manifest, trust):
                return
        except BundleError as error:
            objections.append(error)
    if objections:
        raise objections[0]
    if not trust.unsigned:
        raise BundleError(
            "the bundle is unsigned, and only what a trusted key signed is served; sign it, or allow unsigned ones"
        )
    log.warning("the bundle is unsigned; it is served, since unsigned ones are allowed")


def verify_envelope(envelope: Envelope, name: str, keys: tuple[Ed25519PublicKey, ...]) -> str:
    """The id of the first of the keys that signed it. Raises BundleError where none of them did."""
    for key in keys:
        if any(_is_by(key, each.signature, envelope.covered()) for each in envelope.signatures):
            return key_id(key)
    known = {key_id(key) for key in keys}
    claimed = [each.key_id for each in envelope.signatures]
    if broken := next((each for each in claimed if each in known), None):
        raise BundleError(f"{name} was changed since key {shown(broken)} signed it")
    raise BundleError(
        f"{name} was signed by key {', '.join(map(shown, claimed))}, which is none of the trusted ones "
        f"({Trust(keys).names()}): it was retired, or is another's"
    )


def _check_statement(data: bytes, manifest: bytes, trust: Trust) -> bool:
    """Whether it is signed at all. Raises BundleError where it is, and not by who should or about something else."""
    envelope = dsse.decode(data, PROVENANCE)
    if not envelope.signatures:
        return False
    verify_envelope(envelope, PROVENANCE, trust.keys)
    digest = digests.of_bytes(manifest)
    if envelope.payload_type != dsse.IN_TOTO or digest not in _subjects(envelope.payload):
        raise BundleError(f"{PROVENANCE} is signed, but not about this bundle.json, {digest}: the bundle was changed")
    return True


def _check_bare(data: bytes, manifest: bytes, trust: Trust) -> bool:
    if any(_is_by(key, raw, manifest) for key in trust.keys for raw in _raw(data)):
        return True
    raise BundleError(f"{SIGNATURE} was not made by a trusted key ({trust.names()}) over this bundle.json")


def _subjects(statement: bytes) -> list[str]:
    try:
        return [digests.PREFIX + each["digest"]["sha256"] for each in orjson.loads(statement)["subject"]]
    except (ValueError, LookupError, TypeError):
        return []


def _is_by(key: Ed25519PublicKey, signature: bytes, data: bytes) -> bool:
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def _raw(signature: bytes) -> Iterator[bytes]:
    """64 bytes, or their base64."""
    if len(signature) == SIGNATURE_BYTES:
        yield signature
        return
    try:
        yield base64.b64decode(signature, validate=False)
    except (binascii.Error, ValueError):
        return


def _content(path: Path) -> bytes | None:
    """None where there is no such file. Raises BundleError where it can't be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BundleError(f"{path.name} can't be read: {error.strerror}") from error
