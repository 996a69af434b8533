"""Versions, encrypted: those that a Job makes, and those that are stored already, in their place.

Each file is stored whole, or not at all. A stored version's data key is there before anything is encrypted by it, and
what the version says of itself comes last, so whoever is interrupted finds what it left and ends as if it had not been.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from colonnade_api.jobs import DatasetJob
from colonnade_api.references import version_unit
from colonnade_api.stored import DATA, MANIFEST, QUARANTINE, REPORT, canonical_json, sealed
from colonnade_serving import digests
from colonnade_serving.store import Store, StoreNotFound

from ...errors import PermanentError, store_answers
from ..versions import version
from ..versions.version import PAGE
from .keyring import DATA_KEY_BYTES, KEYS, Keyring, WrappingKey
from .seals import is_sealed, seal


def protect_folder(folder: Path, about: str, wrapping: WrappingKey | None) -> dict[str, Any]:
    """Encrypts what a Job is about to store, by a new data key; returns what the manifest says of it.

    about: what the data key is bound to, the version's digest. wrapping: None where nothing is encrypted.
    """
    report = {"report": digests.of_file(folder / REPORT)}
    if wrapping is None:
        return report
    data_key = os.urandom(DATA_KEY_BYTES)
    for name in (DATA, QUARANTINE, REPORT, PAGE):
        seal(folder / name, name, data_key)
    (folder / KEYS).write_bytes(wrapping.wrap(data_key, about))
    return report | {"encrypted": True}


def protect(store: Store, wanted: Iterable[str], ring: Keyring, wrapping: WrappingKey | None, scratch: Path) -> None:
    """Each of the stored versions is encrypted, and its data key wrapped by this key; where there is none, all stay.

    Raises PermanentError (KeyMissing, DatasetCorrupt), TransientError.
    """
    if wrapping is None:
        return
    with store_answers():
        for digest in wanted:
            _protect(store, digest, ring, wrapping, scratch)


def _protect(store: Store, digest: str, ring: Keyring, wrapping: WrappingKey, scratch: Path) -> None:
    place = version_unit(digest)
    if not store.exists(f"{place}/{MANIFEST}"):
        return
    manifest = version.read_manifest(store, digest)
    if manifest.get("encrypted") and not store.exists(f"{place}/{KEYS}"):
        raise _gone(store, digest)
    data_key = _wrapped(store, f"{place}/{KEYS}", digest, ring, wrapping)
    if not manifest.get("encrypted"):
        _encrypt(store, place, manifest, data_key, scratch)


def _wrapped(store: Store, path: str, digest: str, ring: Keyring, wrapping: WrappingKey) -> bytes:
    """The version's data key, which lies in the store, wrapped by this key."""
    try:
        found = store.get(path)
    except StoreNotFound:
        data_key = os.urandom(DATA_KEY_BYTES)
        if store.put_new(path, wrapping.wrap(data_key, digest)):
            return data_key
        found = store.get(path)
    data_key = ring.open(found, digest)
    if not Keyring((wrapping,)).has(found):
        store.put(path, wrapping.wrap(data_key, digest))
    return data_key


def _encrypt(store: Store, place: str, manifest: dict[str, Any], data_key: bytes, scratch: Path) -> None:
    files = dict(manifest["files"])
    for name in files:
        local = scratch / f"to-encrypt-{name}"
        files[name] = store.fetch(f"{place}/{name}", local)
        if not is_sealed(local):
            seal(local, name, data_key)
            files[name] = store.send(local, f"{place}/{name}")
        local.unlink()
    facts = {"encrypted": True, "files": files, "report": manifest.get("report", manifest["files"][REPORT])}
    store.put(f"{place}/{MANIFEST}", canonical_json(sealed(manifest | facts)))


def data_key_of(store: Store, digest: str, ring: Keyring) -> bytes:
    """By which an encrypted version can be read.

    Raises PermanentError (KeyMissing, DatasetCorrupt), TransientError.
    """
    with store_answers():
        try:
            return ring.open(store.get(f"{version_unit(digest)}/{KEYS}"), digest)
        except StoreNotFound as error:
            raise _gone(store, digest) from error


def check_open(store: Store, manifest: dict[str, Any], ring: Keyring) -> None:
    """Equal content has one place in the store: where another Dataset encrypted it, its key is needed here too.

    Raises PermanentError (KeyMissing), TransientError.
    """
    if manifest.get("encrypted"):
        data_key_of(store, manifest["digest"], ring)


def _gone(store: Store, digest: str) -> PermanentError:
    path = store.uri(f"{version_unit(digest)}/{KEYS}")
    return PermanentError("KeyMissing", f"{path} is gone: nobody can read {digest} any more")


def check_upstream(job: DatasetJob, store: Store) -> None:
    """Raises PermanentError (InvalidSpec) where rows that are encrypted would be stored in plain."""
    if job.spec.encryption_keys():
        return
    for name, digest in job.upstream.items():
        if version.read_manifest(store, digest).get("encrypted"):
            raise PermanentError(
                "InvalidSpec",
                f"spec.privacy.encryption: {name} is encrypted, and rows made of it would be stored in plain; name a "
                "key here too",
            )
