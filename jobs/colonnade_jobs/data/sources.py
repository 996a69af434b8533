"""From a source's address to local files that DuckDB can scan."""

import os
from dataclasses import dataclass
from pathlib import Path

from colonnade_serving.store import Store, StoreError

from ..documents import Source
from ..refusals import Refusal, Unreachable
from . import addresses, buckets, download


@dataclass(frozen=True)
class Origin:
    """Where a source may be looked for.

    uploads: the dataset's folder in the store; claims: the folder in which claims are mounted, each by its name.
    """

    store: Store
    uploads: str
    claims: Path = Path("/pvc")


def fetch(source: Source, origin: Origin, scratch: Path) -> tuple[str, list[Path]]:
    """The source's address and its files in name order, downloaded to scratch where they aren't mounted.

    Raises Refusal when there is nothing there, Unreachable when that can't be known.
    """
    if source.upload:
        file = _uploaded(origin, scratch)
        return f"upload://{file.name}", [file]
    if not source.storage_uri:
        raise Refusal("SourceNotFound", "spec.source: neither storageUri nor upload is set; name one of them")
    address = source.storage_uri
    scheme, host, path = addresses.parse(address)
    match scheme:
        case "file":
            return address, _mounted(address, Path("/"), path)
        case "pvc":
            return address, _mounted(address, origin.claims / host, path)
        case "https":
            return address, [download.fetch(address, scratch, insecure=source.insecure)]
        case "http" if source.insecure:
            return address, [download.fetch(address, scratch, insecure=True)]
        case "http":
            raise Refusal(
                "InsecureSource", f"spec.source.storageUri: {address} is plain http; use https or set insecure"
            )
        case "s3":
            return address, buckets.fetch(address, scratch)
        case _:
            raise Refusal(
                "UnsupportedSource",
                f"spec.source.storageUri: {scheme or address} is no scheme we read; s3, https, pvc and file are",
            )


def _uploaded(origin: Origin, scratch: Path) -> Path:
    try:
        items = origin.store.list(origin.uploads)
        if not items:
            raise Refusal(
                "SourceNotFound", "spec.source.upload: nothing was brought yet; kubectl colonnade push does it"
            )
        latest = max(items, key=lambda item: (item.modified, item.path))
        target = scratch / Path(latest.path).name
        origin.store.fetch(latest.path, target)
    except StoreError as error:
        raise Unreachable("StoreUnreachable", str(error)) from error
    return target


def _mounted(address: str, root: Path, path: str) -> list[Path]:
    relative = path.lstrip("/")
    if ".." in Path(relative).parts:
        raise Refusal("SourceNotFound", f"spec.source.storageUri: {address} climbs out with ..; name the path itself")
    if addresses.first_wildcard(relative) is not None:
        files = sorted(file for file in root.glob(relative) if file.is_file())
    elif (root / relative).is_dir():
        files = sorted(file for file in (root / relative).iterdir() if file.is_file())
    else:
        files = [root / relative] if (root / relative).is_file() else []
    if not files:
        raise Refusal("SourceNotFound", f"spec.source.storageUri: no file at {address}")
    if unreadable := [file.name for file in files if not os.access(file, os.R_OK)]:
        raise Refusal(
            "SourceNotReadable", f"{address}: {unreadable[0]} can't be read by this Job's user ({os.getuid()})"
        )
    return files
