"""Ed25519 keys of those who sign bundles: in PEM, and named by a digest."""

import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from .. import digests

BLOCK = re.compile(r"-----BEGIN [^-]+-----.*?(?:-----END [^-]+-----|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose bundles are served: of the keys' owners, and unsigned ones where `unsigned` says so."""

    keys: tuple[Ed25519PublicKey, ...]
    unsigned: bool = False

    def names(self) -> str:
        """The trusted keys in short, for messages."""
        return ", ".join(shown(key_id(key)) for key in self.keys)


def public_keys(text: str) -> tuple[Ed25519PublicKey, ...]:
    """The keys in a PEM text, or in the file that text names. Raises ValueError when one is no Ed25519 public key."""
    pem = text if "-----BEGIN" in text else _content(Path(text))
    return tuple(map(_public_key, BLOCK.findall(pem) or [pem]))


def key_id(key: Ed25519PublicKey) -> str:
    """What a key is named by: the digest of its SubjectPublicKeyInfo, as `openssl pkey -pubin -outform DER` writes."""
    return digests.of_bytes(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def shown(name: str) -> str:
    """A key's name, short enough for a message; whatever stands there in its place, too."""
    return name.removeprefix(digests.PREFIX)[:10] or "without a name"


def _public_key(pem: str) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError as error:
        raise ValueError("it is no public key in PEM, as `openssl pkey -pubout` writes it") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("the key is of another kind; Ed25519 is wanted, as `openssl genpkey -algorithm ed25519` makes")
    return key


def _content(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "no text"
        raise ValueError(f"{path}: {why}; a public key in PEM is wanted, or the file that it is in") from error
