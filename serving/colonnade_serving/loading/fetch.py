"""Bringing a bundle or a bare .onnx file to a local path."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from ..bundle import MANIFEST, read_bundle
from ..digests import PREFIX
from ..store import open_store
from ..store.connect import local_root


def local_path(address: str, cache: Path) -> Path:
    """A local path for a path, a file:// URL (both used in place) or an s3:// URL (downloaded below cache).

    Raises StoreError, BundleError, ValueError (another scheme).
    """
    if "://" not in address:
        return Path(address)
    if root := local_root(address):
        return root
    name = urlsplit(address).path.rstrip("/").rpartition("/")[2]
    target = cache / (name or "bundle")
    if name.endswith(".onnx"):
        return _file(address, target)
    return _bundle(address, target)


def digest_in(address: str) -> str | None:
    """The digest that an address ends in, as models/<hex> does; None for other names."""
    name = address.rstrip("/").rpartition("/")[2]
    return PREFIX + name if re.fullmatch(r"[0-9a-f]{64}", name) else None


def _file(address: str, target: Path) -> Path:
    folder, _, name = address.rpartition("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    open_store(folder).fetch(name, target)
    return target


def _bundle(address: str, target: Path) -> Path:
    store = open_store(address)
    target.mkdir(parents=True, exist_ok=True)
    manifest = store.get(MANIFEST)
    for name in read_bundle(manifest).files:
        store.fetch(name, target / name)
    (target / MANIFEST).write_bytes(manifest)
    return target
