"""The verbs of the artifact store. Paths are relative to its URL, with slashes: `models/<hex>/bundle.json`."""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import obstore
from obstore import Bytes
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import ObjectStore

from ..digests import CHUNK_BYTES, PREFIX
from . import directories, words
from .connect import base, connect, local_root

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""How the kernel says that there is no room for more."""


PROBE = "gc/probe.json"


class StoreError(Exception):
    """The store didn't do as asked (out of reach, refused); a retry may mend it. The message is one line for people."""


class StoreNotFound(StoreError):
    """The store answered, and has no such path: a retry won't mend it."""


class StoreRefused(StoreError):
    """The store answered that these credentials, or none, don't open it."""


class StoreFull(StoreError):
    """The store has no room for what was to be written; what was there is as it was."""


@dataclass(frozen=True)
class Item:
    """One stored file: its path below the store's URL, its size in bytes, when it was last written.

    etag: what another content changes too, where the store tells it.
    """

    path: str
    size: int
    modified: datetime
    etag: str | None = None


@dataclass(frozen=True)
class Store:
    """An artifact store. `root` is its directory on a file:// store, None elsewhere."""

    url: str
    client: ObjectStore
    root: Path | None = None

    def get(self, path: str) -> bytes:
        """The bytes of a small file. Raises StoreNotFound, StoreError."""
        with self._saying(path):
            return obstore.get(self.client, path).bytes().to_bytes()

    def fetch(self, path: str, target: Path) -> str:
        """Streams a file to target, whose folder must exist; returns its digest.

        Raises StoreNotFound, StoreError; OSError where target can't be written.
        """
        hasher = hashlib.sha256()
        with target.open("wb") as file:
            for chunk in self._chunks(path):
                hasher.update(chunk)
                file.write(chunk)
        return PREFIX + hasher.hexdigest()

    def put(self, path: str, data: bytes) -> None:
        """Writes a small file, whole or not at all, over what was there. Raises StoreFull, StoreError."""
        with self._saying(path):
            obstore.put(self.client, path, data)

    def put_new(self, path: str, data: bytes) -> bool:
        """Writes a small file only if there is none; False when there is. Raises StoreFull, StoreError."""
        with self._saying(path):
            try:
                obstore.put(self.client, path, data, mode="create")
            except AlreadyExistsError:
                return False
        return True

    def send(self, source: Path, path: str) -> str:
        """Streams a local file into the store over what was there; returns its digest. Raises StoreFull, StoreError."""
        hasher = hashlib.sha256()
        with source.open("rb") as file, self._saying(path):
            obstore.put(self.client, path, _hashed(iter(lambda: file.read(CHUNK_BYTES), b""), hasher))
        return PREFIX + hasher.hexdigest()

    def list(self, prefix: str = "") -> list[Item]:
        """All files below a folder, sorted by path; empty when there is no such folder. Raises StoreError."""
        with self._saying(prefix):
            found = [meta for page in obstore.list(self.client, prefix or None) for meta in page]
        visible = (meta for meta in found if not directories.is_temporary(meta["path"]))
        items = (Item(m["path"], m["size"], m["last_modified"], m["e_tag"]) for m in visible)
        return sorted(items, key=lambda item: item.path)

    def exists(self, path: str) -> bool:
        """Whether there is a file at path. Raises StoreError when that can't be known."""
        try:
            with self._saying(path):
                obstore.head(self.client, path)
        except StoreNotFound:
            return False
        return True

    def delete(self, path: str) -> None:
        """Removes a file; that it is already gone is no error. Raises StoreError."""
        try:
            with self._saying(path):
                obstore.delete(self.client, path)
        except StoreNotFound:
            return

    def commit(self, directory: Path, path: str, manifest: str) -> bool:
        """Puts a local directory of plain files into the store as path, whole or not at all; `manifest` comes last.

        Returns False when the store has it already: by its digest it is the same, so nothing is written.
        Raises StoreFull, StoreError.
        """
        if self.exists(f"{path}/{manifest}"):
            return False
        if self.root is not None:
            with self._saying(path):
                return directories.commit(directory, self.root / path, manifest)
        for file in sorted(p for p in directory.iterdir() if p.name != manifest):
            self.send(file, f"{path}/{file.name}")
        return self.put_new(f"{path}/{manifest}", (directory / manifest).read_bytes())

    def keeps_versions(self) -> bool:
        """Whether what is deleted or written over stays as an old version: in a bucket that keeps them, as a file tells
        that is written and deleted here, or kept them, as its first file tells. Raises StoreFull, StoreError."""
        if self.root is not None:
            return False
        with self._saying(PROBE):
            written = obstore.put(self.client, PROBE, b"{}")["version"]
            obstore.delete(self.client, PROBE)
            first = next((meta for page in obstore.list(self.client, chunk_size=1) for meta in page), None)
            found = obstore.head(self.client, first["path"])["version"] if first else None
        return (written or found) is not None

    def remove_abandoned(self, before: datetime) -> int:
        """Takes away what `commit` left on a file:// store where its process was killed before this time; elsewhere
        nothing is left. Returns how many directories that were. Raises StoreError."""
        if self.root is None:
            return 0
        with self._saying(""):
            return directories.remove_abandoned(self.root, before.timestamp())

    def uri(self, path: str) -> str:
        """The whole address of a path, as status and logs show it."""
        return f"{self.url}/{path}"

    def _chunks(self, path: str) -> Iterator[Bytes]:
        with self._saying(path):
            yield from obstore.get(self.client, path).stream(min_chunk_size=CHUNK_BYTES)

    @contextmanager
    def _saying(self, path: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            answer = words.answered(str(error))
            what = "the bucket does not exist" if answer and answer.has_no_bucket else "not found"
            raise StoreNotFound(f"{self.uri(path)}: {what}") from error
        except (BaseError, OSError, ValueError) as error:
            raise _told(self.uri(path), error) from error


def open_store(url: str, namespace: str | None = None) -> Store:
    """The store at url: file:///path, or s3://bucket/prefix with AWS_* environment (AWS_ENDPOINT_URL: moto, MinIO).

    namespace: on s3, everything lies below it; on file each namespace has a volume of its own.
    Raises StoreError when the URL is neither or its directory can't be made.
    """
    try:
        url = base(url, namespace)
        return Store(url, connect(url), local_root(url))
    except (BaseError, OSError, ValueError) as error:
        raise StoreError(words.first_line(error)) from error


def _hashed(chunks: Iterator[bytes], hasher: "hashlib._Hash") -> Iterator[bytes]:
    for chunk in chunks:
        hasher.update(chunk)
        yield chunk


def _told(uri: str, error: BaseException) -> StoreError:
    said = str(error)
    if _is_full(error):
        return StoreFull(f"{uri}: its volume is full")
    if words.lacks_credentials(said):
        return StoreRefused(f"{uri}: {words.NO_CREDENTIALS}")
    answer = words.answered(said)
    if answer is None:
        return StoreError(f"{uri}: {words.first_line(error)}")
    if answer.has_no_bucket:
        return StoreNotFound(f"{uri}: the bucket does not exist")
    return (StoreRefused if answer.is_refusal else StoreError)(f"{uri}: {answer}")


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in FULL
    return any(f"{os.strerror(code)} (os error {code})" in str(error) for code in FULL)
