"""Bringing a bundle or a bare .onnx file to a local path."""

import fcntl
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from .. import digests
from ..bundle import MANIFEST, BundleError, read_bundle, signing, verify_bundle
from ..digests import PREFIX
from ..store import Store, StoreNotFound, open_store
from ..store.connect import local_root


def local_path(address: str, cache: Path) -> Path:
    """A local path for a path, a file:// URL (both used in place) or an s3:// URL (downloaded below cache).

    A bundle that was downloaded before, by another worker or before a restart, is not downloaded again.
    Raises StoreError, BundleError, ValueError (another scheme).
    """
    if "://" not in address:
        return Path(address)
    if root := local_root(address):
        return root
    if not address.startswith("s3://"):
        raise ValueError("models come from a path, file:///path or s3://bucket/prefix; download it first")
    if address.endswith(".onnx"):
        return _file(address, cache)
    return _bundle(open_store(address), cache)


def digest_in(address: str) -> str | None:
    """The digest that an address ends in, as models/<hex> does; None for other names."""
    name = address.rstrip("/").rpartition("/")[2]
    return PREFIX + name if re.fullmatch(r"[0-9a-f]{64}", name) else None


def _file(address: str, cache: Path) -> Path:
    folder, _, name = address.rpartition("/")
    target = cache / digests.hex_of(digests.of_bytes(urlsplit(address).path.encode())) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    arriving = target.with_name(f".{uuid.uuid4().hex}")
    try:
        open_store(folder).fetch(name, arriving)
        arriving.replace(target)
    finally:
        arriving.unlink(missing_ok=True)
    return target


def _bundle(store: Store, cache: Path) -> Path:
    manifest = store.get(MANIFEST)
    target = cache / digests.hex_of(digests.of_bytes(manifest))
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(target.with_suffix(".lock")):
        if not _whole(target):
            _download(store, manifest, target)
        _take_signatures(store, target)
    return target


def _download(store: Store, manifest: bytes, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for name in read_bundle(manifest).files:
        store.fetch(name, target / name)
    (target / MANIFEST).write_bytes(manifest)


def _take_signatures(store: Store, target: Path) -> None:
    """As they are now: another key may have signed since the bundle was downloaded."""
    for name in signing.FILES:
        try:
            (target / name).write_bytes(store.get(name))
        except StoreNotFound:
            (target / name).unlink(missing_ok=True)


def _whole(target: Path) -> bool:
    try:
        verify_bundle(target)
    except BundleError:
        return False
    return True


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One process at a time; the lock goes with the process that holds it."""
    handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
