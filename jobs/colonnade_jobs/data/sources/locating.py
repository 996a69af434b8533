"""From a source's address to local files that DuckDB can scan."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from colonnade_api.datasets.sources import DataSource
from colonnade_serving.store import Store

from ...errors import PermanentError, store_answers
from . import addresses, buckets, delta, lakes, partitions, skipped
from .partitions import Keys


@dataclass(frozen=True)
class Origin:
    """Where a source may be looked for.

    uploads: the dataset's folder in the store; claims: the folder in which claims are mounted, each by its name.
    """

    store: Store
    uploads: str
    claims: Path = Path("/pvc")


Found = tuple[list[Path], list[str], Mapping[Path, Keys]]


class Fetched(NamedTuple):
    """A source's address, its files in name order, names of files that were passed over, and what folders say."""

    address: str
    files: list[Path]
    passed: Sequence[str] = ()
    partitions: Mapping[Path, Keys] = {}


def fetch(source: DataSource, origin: Origin, scratch: Path) -> Fetched:
    """The source's files in name order, downloaded to scratch where they aren't mounted.

    Raises PermanentError when there is nothing there, TransientError when that can't be known.
    """
    if source.storage_uri is None:
        file = _uploaded(origin, scratch)
        return Fetched(f"upload://{file.name}", [file])
    address = source.storage_uri
    scheme, host, path = addresses.parse(address)
    match scheme:
        case "file":
            return Fetched(address, *_mounted(source, Path("/"), path, scratch))
        case "pvc":
            return Fetched(address, *_mounted(source, origin.claims / host, path, scratch))
        case "s3" | "gs" | "az":
            return Fetched(address, *buckets.fetch(address, scratch, source.format))
        case _:  # https; or http, where the spec says that this is meant
            return Fetched(address, [_downloaded(address, scratch, source.insecure)])


def _uploaded(origin: Origin, scratch: Path) -> Path:
    with store_answers():
        items = origin.store.list(origin.uploads)
        if not items:
            raise PermanentError(
                "SourceNotFound", "spec.source.upload: nothing was uploaded yet; kubectl colonnade push does it"
            )
        latest = max(items, key=lambda item: (item.modified, item.path))
        target = scratch / Path(latest.path).name
        origin.store.fetch(latest.path, target)
    return target


def _mounted(source: DataSource, root: Path, path: str, scratch: Path) -> Found:
    relative, address = path.strip("/"), str(source.storage_uri)
    if ".." in Path(relative).parts:
        raise PermanentError(
            "SourceNotFound", f"spec.source.storageUri: {address} climbs out with ..; name the path itself"
        )
    delta.check_format(source.format, delta.is_table(root / relative), address)
    if delta.is_table(root / relative):
        return [delta.read(root / relative, address, scratch / "delta.parquet", scratch)], [], {}
    if addresses.first_wildcard(relative) is not None:
        files, passed = skipped.split(sorted(file for file in root.glob(relative) if file.is_file()), str)
    elif (root / relative).is_dir():
        files, passed = skipped.split(sorted(_in_folder(root / relative)), str)
    else:
        files, passed = [root / relative] if (root / relative).is_file() else [], []
    lakes.check_mounted(files or [root / relative / "file"], root, address.removesuffix(path.lstrip("/")))
    if not files:
        raise PermanentError("SourceNotFound", f"spec.source.storageUri: no file at {address}{_only(passed)}")
    if unreadable := [file.name for file in files if not os.access(file, os.R_OK)]:
        raise PermanentError(
            "SourceNotReadable", f"{address}: {unreadable[0]} can't be read by this Job's user ({os.getuid()})"
        )
    fixed = root / addresses.fixed(relative)
    return files, passed, partitions.checked({file: partitions.of(_below(file, fixed)) for file in files})


def _in_folder(folder: Path) -> Iterator[Path]:
    """The files that lie in it, and in folders of it that are named key=value."""
    for path in folder.iterdir():
        if path.is_file():
            yield path
        elif path.is_dir() and partitions.is_partition(path.name):
            yield from _in_folder(path)


def _below(file: Path, folder: Path) -> str:
    return str(file.relative_to(folder)) if file.is_relative_to(folder) else file.name


def _downloaded(address: str, scratch: Path, insecure: bool) -> Path:
    from . import download  # noqa: PLC0415 - its client takes as long to import as a small table to read

    return download.fetch(address, scratch, insecure=insecure)


def _only(passed: list[str]) -> str:
    return f" but {', '.join(passed[: skipped.SHOWN])}, which by the name is no table" if passed else ""
