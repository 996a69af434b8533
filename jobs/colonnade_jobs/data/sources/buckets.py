"""Sources in a bucket of S3, Google Cloud Storage or Azure: one object, a folder, or a glob."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from colonnade_serving.store import Item, Store, StoreError, StoreNotFound, StoreRefused

from ... import progress
from ...errors import PermanentError, TransientError
from . import addresses, changes, clouds, delta, lakes, partitions, skipped
from .clouds import SECRET
from .partitions import Keys

Matching = tuple[list[Item], list[str]]
Found = tuple[list[Path], list[str], Mapping[Path, Keys]]


def fetch(address: str, scratch: Path, form: str | None = None) -> Found:
    """The objects of s3://bucket/key-or-glob (gs://, az://), streamed to scratch in key order, and the names of those
    passed over.

    form: what the spec says that it is; a Delta table is known by its folder. Credentials: COLONNADE_SOURCE_* of the
    environment, as clouds has it; for s3, AWS_* where there are none.
    Raises PermanentError when nothing matches or it may not be read, TransientError when the bucket doesn't answer or
    changes meanwhile.
    """
    scheme, name, key = addresses.parse(address)
    try:
        bucket, listed = _opened(clouds.ways(scheme, name), key)
        found, passed = _matching(listed, key)
        if not found:
            raise PermanentError("SourceNotFound", f"spec.source.storageUri: nothing matches {address}")
        is_table = any(item.path.startswith(f"{_folder(key)}{delta.LOG}/") for item in found)
        delta.check_format(form, is_table, address)
        if is_table:
            return [_table(bucket, found, key, address, scratch)], [], {}
        logs = [*map(_path, listed), *_logs_above(bucket, key)]
        lakes.check(map(_path, found), lakes.among(logs), bucket.uri(""))
        targets = [scratch / f"{n:06d}-{Path(item.path).name}" for n, item in enumerate(found)]
        files = [_download(bucket, item, target) for item, target in zip(found, targets, strict=True)]
        _check_unchanged(bucket, found, _listed(bucket, key))
        base = _folder(addresses.fixed(key))
        told = {file: partitions.of(item.path.removeprefix(base)) for file, item in zip(files, found, strict=True)}
        return files, passed, partitions.checked({} if found[0].path == key else told)
    except StoreNotFound as error:
        raise PermanentError("SourceNotFound", f"spec.source.storageUri: {error}") from error
    except StoreRefused as error:
        raise PermanentError(
            "SourceNotReadable", f"{SECRET}: {error}; name a Secret whose key may list and read it"
        ) from error
    except StoreError as error:
        raise TransientError("SourceUnreachable", str(error)) from error


def _opened(ways: list[clouds.Way], key: str) -> tuple[Store, list[Item]]:
    """The bucket, and what is listed in it, by the first way that it doesn't refuse."""
    for way in ways[:-1]:
        bucket = way()
        try:
            return bucket, _listed(bucket, key)
        except StoreRefused:
            continue
    bucket = ways[-1]()
    return bucket, _listed(bucket, key)


def _listed(bucket: Store, key: str) -> list[Item]:
    """All that lies in the folder in which the key, or its first wildcard, stands."""
    return bucket.list(_listed_folder(key))


def _listed_folder(key: str) -> str:
    return key[: addresses.first_wildcard(key)].rpartition("/")[0]


def _matching(listed: list[Item], key: str) -> Matching:
    if addresses.first_wildcard(key) is None:
        named = [item for item in listed if item.path == key]
        if named:
            return named, []
        return skipped.split((item for item in listed if item.size and item.path.startswith(_folder(key))), _path)
    depth = key.count("/")
    matches = (item for item in listed if fnmatchcase(item.path, key))
    return skipped.split((item for item in matches if "**" in key or item.path.count("/") == depth), _path)


def _logs_above(bucket: Store, key: str) -> Iterator[str]:
    """The logs of tables that the listed folder may lie in. A bucket that shows only a part of itself shows none."""
    for folder in PurePosixPath(_listed_folder(key)).parents if _listed_folder(key) else ():
        for log in lakes.LOGS:
            try:
                yield from (item.path for item in bucket.list(str(folder / log)))
            except StoreRefused:
                return


def _folder(key: str) -> str:
    return f"{key.rstrip('/')}/" if key else ""


def _table(bucket: Store, found: list[Item], key: str, address: str, scratch: Path) -> Path:
    """A Delta table's rows: of its files only those are fetched that its last state has."""
    root, below = scratch / "delta", len(_folder(key))
    listed = {item.path[below:]: item for item in found}
    _place(bucket, root, {path: item for path, item in listed.items() if path.startswith(f"{delta.LOG}/")})
    wanted = delta.files(root, address)
    if missing := [path for path in wanted if path not in listed]:
        raise changes.changed(f"{address}/{missing[0]}")
    _place(bucket, root, {path: listed[path] for path in wanted})
    return delta.read(root, address, scratch / "delta.parquet", scratch)


def _place(bucket: Store, root: Path, items: dict[str, Item]) -> None:
    for path, item in items.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        _download(bucket, item, root / path)


def _path(item: Item) -> str:
    return item.path


def _download(bucket: Store, item: Item, target: Path) -> Path:
    progress.report(5, f"fetching {bucket.uri(item.path)} ({item.size:,} bytes)")
    bucket.fetch(item.path, target)
    if (came := target.stat().st_size) != item.size:
        raise TransientError(
            "SourceChanged",
            f"{bucket.uri(item.path)} was listed with {item.size:,} bytes and came with {came:,}; the next try reads "
            "it anew",
        )
    return target


def _check_unchanged(bucket: Store, before: list[Item], after: list[Item]) -> None:
    """Raises TransientError where an object is another one by now."""
    still = set(after)
    for item in before:
        if item not in still:
            raise changes.changed(bucket.uri(item.path))
