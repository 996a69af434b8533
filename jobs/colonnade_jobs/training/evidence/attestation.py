"""The statement beside a bundle, in its envelope, signed where the platform has a key."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from colonnade_api.stored import canonical_json
from colonnade_serving.bundle.dsse import Envelope, Signed
from colonnade_serving.bundle.keys import key_id
from colonnade_serving.bundle.signing import PROVENANCE
from colonnade_serving.store import Store

from ...errors import store_answers


def signed(statement: dict[str, Any], key: Ed25519PrivateKey | None) -> Envelope:
    """A statement in its envelope; unsigned without a key."""
    unsigned = Envelope(canonical_json(statement), ())
    if key is None:
        return unsigned
    by = Signed(key_id(key.public_key()), key.sign(unsigned.covered()))
    return Envelope(unsigned.payload, (by,))


def keep(envelope: Envelope, store: Store, path: str) -> dict[str, Any]:
    """Puts it beside the bundle at a path; returns where it lies and whose it is, as a Job's answer has it.

    What is signed takes the place of what was there: the same training makes the same bundle, and so a newer key signs
    what an older one did. What is unsigned takes nothing's place.
    """
    file = f"{path}/{PROVENANCE}"
    with store_answers():
        if envelope.signatures:
            store.put(file, envelope.encode())
        else:
            store.put_new(file, envelope.encode())
    return {"uri": store.uri(file), "keyId": next((each.key_id for each in envelope.signatures), None)}
