"""Sources in S3: one object, a folder, or a glob."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path

from colonnade_serving.store import Item, Store, StoreError, StoreNotFound, open_store

from .. import progress
from ..errors import PermanentError, TransientError
from . import addresses, changes, skipped

SOURCE_PREFIX = "COLONNADE_SOURCE_"


def fetch(address: str, scratch: Path) -> tuple[list[Path], list[str]]:
    """The objects of s3://bucket/key-or-glob, streamed to scratch in key order, and the names of those passed over.

    Credentials: AWS_* from the environment; COLONNADE_SOURCE_AWS_* go before, where the store has others.
    Raises PermanentError when nothing matches, TransientError when the bucket doesn't answer or changes meanwhile.
    """
    _, name, key = addresses.parse(address)
    try:
        with credentials(SOURCE_PREFIX):
            bucket = open_store(f"s3://{name}")
        found, passed = _matching(bucket, key)
        if not found:
            raise PermanentError("SourceNotFound", f"spec.source.storageUri: nothing matches {address}")
        targets = [scratch / f"{n:06d}-{Path(item.path).name}" for n, item in enumerate(found)]
        files = [_download(bucket, item, target) for item, target in zip(found, targets, strict=True)]
        _check_unchanged(bucket, found, files, _matching(bucket, key)[0])
        return files, passed
    except StoreNotFound as error:
        raise PermanentError("SourceNotFound", f"spec.source.storageUri: {error}") from error
    except StoreError as error:
        raise TransientError("SourceUnreachable", str(error)) from error


def _matching(bucket: Store, key: str) -> tuple[list[Item], list[str]]:
    wildcard = addresses.first_wildcard(key)
    if wildcard is None:
        named = [item for item in bucket.list(str(Path(key).parent) if "/" in key else "") if item.path == key]
        if named:
            return named, []
        return skipped.split((item for item in bucket.list(key.rstrip("/")) if item.size), _path)
    folder = key[:wildcard].rpartition("/")[0]
    depth = key.count("/")
    matches = (item for item in bucket.list(folder) if fnmatchcase(item.path, key))
    return skipped.split((item for item in matches if "**" in key or item.path.count("/") == depth), _path)


def _path(item: Item) -> str:
    return item.path


def _download(bucket: Store, item: Item, target: Path) -> Path:
    progress.report(5, f"fetching {bucket.uri(item.path)} ({item.size:,} bytes)")
    bucket.fetch(item.path, target)
    return target


def _check_unchanged(bucket: Store, before: list[Item], files: list[Path], after: list[Item]) -> None:
    """Raises TransientError where an object is another one by now, or came with another number of bytes than listed."""
    still = set(after)
    for item, file in zip(before, files, strict=True):
        if item not in still or file.stat().st_size != item.size:
            raise changes.changed(bucket.uri(item.path))


@contextmanager
def credentials(prefix: str) -> Iterator[None]:
    """AWS_* of the environment are those that have this prefix, where there are any."""
    own = {key.removeprefix(prefix): value for key, value in os.environ.items() if key.startswith(prefix)}
    before = {key: value for key, value in os.environ.items() if key.startswith("AWS_")}
    if not own:
        yield
        return
    for key in before:
        del os.environ[key]
    os.environ.update(own)
    try:
        yield
    finally:
        for key in own:
            del os.environ[key]
        os.environ.update(before)
