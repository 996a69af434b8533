"""The platform's private key, which is mounted in training Jobs alone."""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ...errors import TransientError

MAKE = "openssl genpkey -algorithm ed25519 -out private.pem"


def read_key(file: Path) -> Ed25519PrivateKey:
    """The key in a file of a Secret, which is mounted in a folder of the Secret's name.

    Raises TransientError, naming the Secret and what to do, until there is one.
    """
    secret = file.parent.name
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except FileNotFoundError as error:
        raise TransientError(
            "SigningKeyMissing",
            f"this platform signs models, and this namespace has no Secret {secret} with a key {file.name}; have the "
            f"platform's key put there: kubectl create secret generic {secret} --from-file={file.name}",
        ) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _unusable(secret, file.name, "is no private key in PEM, or needs a password") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _unusable(secret, file.name, "is a key of another kind than Ed25519")
    return key


def _unusable(secret: str, name: str, why: str) -> TransientError:
    return TransientError("SigningKeyUnusable", f"key {name} of Secret {secret} {why}; make one: {MAKE}")
