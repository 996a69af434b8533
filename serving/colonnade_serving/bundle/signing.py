"""Who made a bundle: an Ed25519 signature over bundle.json's bytes, in the file `signature` beside it."""

import base64
import binascii
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from .format import BundleError

SIGNATURE = "signature"
SIGNATURE_BYTES = 64


def public_key(text: str) -> Ed25519PublicKey:
    """The key in a PEM text, or in the file that text names. Raises ValueError when it is no Ed25519 public key."""
    pem = text if "-----BEGIN" in text else _content(Path(text))
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError as error:
        raise ValueError("it is no public key in PEM, as `openssl pkey -pubout` writes it") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("the key is of another kind; Ed25519 is wanted, as `openssl genpkey -algorithm ed25519` makes")
    return key


def verify_signature(manifest: bytes, signature: bytes, key: Ed25519PublicKey) -> None:
    """Checks bundle.json's bytes against a signature: 64 bytes, or their base64. Raises BundleError."""
    try:
        key.verify(_raw(signature), manifest)
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise BundleError(f"{SIGNATURE} was not made by the configured key over this bundle.json") from error


def read_signature(directory: Path) -> bytes:
    """The signature in a bundle's directory. Raises BundleError when it is unsigned."""
    try:
        return (directory / SIGNATURE).read_bytes()
    except OSError as error:
        raise BundleError(
            f"the bundle is unsigned ({SIGNATURE}: {error.strerror}), and a public key is configured"
        ) from error


def _raw(signature: bytes) -> bytes:
    return signature if len(signature) == SIGNATURE_BYTES else base64.b64decode(signature, validate=False)


def _content(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "no text"
        raise ValueError(f"{path}: {why}; a public key in PEM is wanted, or the file that it is in") from error
