"""Blobs of the backup that no copy names: left by Jobs that were killed, or by files that were written anew since."""

import json
from collections.abc import Sequence

from colonnade_serving.store import Item

from ...data import encryption
from ...data.encryption import Keyring
from ...errors import PermanentError
from ..copies import Copies, is_old
from . import finding
from .erasure import Erasure


def sweep(erasure: Erasure, copies: Copies, digests: Sequence[str]) -> int:
    """Removes old ones, and of young ones those in which rows may be, but for what no key opens; a Job that sends such
    a one right now sends it again. digests: of versions that were destroyed. Returns how many went."""
    going = [item for item in copies.unnamed_blobs() if _goes(item, erasure, copies, digests)]
    for item in going:
        copies.store.delete(item.path)
    return len(going)


def _goes(item: Item, erasure: Erasure, copies: Copies, digests: Sequence[str]) -> bool:
    if is_old(item):
        return True
    target = erasure.scratch / "unnamed"
    copies.store.fetch(item.path, target)
    try:
        if encryption.is_sealed(target):
            return False
        if finding.is_table(target):
            return finding.table_has(target, erasure.subject)
        data = target.read_bytes()
        return not _is_wrapped_key(data) or any(_opens(data, digest, erasure.ring) for digest in digests)
    finally:
        target.unlink()


def _is_wrapped_key(data: bytes) -> bool:
    try:
        found = json.loads(data)
    except ValueError:
        return False
    return isinstance(found, dict) and "wrapped" in found


def _opens(data: bytes, digest: str, ring: Keyring) -> bool:
    try:
        return bool(ring.open(data, digest))
    except PermanentError:
        return False
