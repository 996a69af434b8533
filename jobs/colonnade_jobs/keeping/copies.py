"""The backup: blobs named by their digest, of each version a document that names its files, of each Dataset an index.

`blobs/HEX`, `versions/HEX.json`, `index/DATASET/HEX.json`. A version has a copy once its document is there, which comes
after all of its blobs; so a Job that dies between two writes leaves no half copy.
"""

import json
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from colonnade_api.datasets.dataset import DatasetVersion
from colonnade_api.jobs.keeping import KeepJob
from colonnade_api.stored import canonical_json
from colonnade_serving.digests import hex_of
from colonnade_serving.store import Item, Store, StoreError, StoreNotFound, open_store

from ..data.sources.addresses import parse
from ..data.sources.clouds import credentials
from ..errors import PermanentError, TransientError

FORMAT = "colonnade.dev/backup/v1"
PREFIX = "COLONNADE_BACKUP_"
Document = dict[str, Any]
"""format, digest, and files: digest and bytes of each, by its name."""


LONGEST_JOB = timedelta(hours=12)
"""No Job that runs has sent what is older."""


@dataclass(frozen=True)
class Copies:
    """The backup of one Dataset. All methods raise StoreError when the backup doesn't answer."""

    store: Store
    dataset: str

    def document(self, digest: str) -> Document | None:
        """What a version's copy consists of; None where there is no copy that can be read."""
        try:
            found: Document = json.loads(self.store.get(_document(digest)))
        except StoreNotFound:
            return None
        except ValueError:
            return None
        return found if found.get("format") == FORMAT and found.get("digest") == digest else None

    def has_blob(self, digest: str) -> bool:
        return self.store.exists(_blob(digest))

    def send_blob(self, file: Path, digest: str) -> None:
        self.store.send(file, _blob(digest))

    def fetch_blob(self, digest: str, target: Path) -> bool:
        """Whether target now holds the bytes of that digest."""
        try:
            return self.store.fetch(_blob(digest), target) == digest
        except StoreNotFound:
            return False

    def finish(self, version: DatasetVersion, files: dict[str, Any]) -> None:
        """Says that a version has its copy; nothing is written where that is known. What it consisted of before goes:
        files in plain, where they are encrypted now."""
        if version.digest is None:
            return
        wanted = {"format": FORMAT, "digest": version.digest, "files": files}
        before = self.document(version.digest)
        if before != wanted:
            self.store.put(_document(version.digest), canonical_json(wanted))
            self.remove_unnamed({file["digest"] for file in (before or {"files": {}})["files"].values()})
        entry = version.model_copy(update={"backed_up_at": None, "audited_at": None})
        self.store.put_new(f"{self._index}/{hex_of(version.digest)}.json", canonical_json(entry.manifest()))

    def entries(self) -> Iterator[DatasetVersion]:
        """The versions of this Dataset that have a copy, newest first."""
        found = [DatasetVersion.model_validate_json(self.store.get(item.path)) for item in self.store.list(self._index)]
        return iter(sorted(found, key=lambda version: (str(version.created_at), str(version.digest)), reverse=True))

    def all_entries(self) -> Iterator[DatasetVersion]:
        """Those of all Datasets."""
        return (DatasetVersion.model_validate_json(self.store.get(item.path)) for item in self.store.list("index"))

    def remove_unnamed(self, digests: Collection[str]) -> None:
        """Removes these blobs, but for those that a copy names: of a Job that was killed before it made one."""
        named = self._named_blobs() if digests else set()
        for digest in digests:
            if digest not in named:
                self.store.delete(_blob(digest))

    def remove_blobs(self, digest: str) -> None:
        """Removes what a version's copy consists of, but for blobs that other copies name; its document goes last."""
        document = self.document(digest)
        named = self._named_blobs(except_of=digest)
        for file in (document or {"files": {}})["files"].values():
            if file["digest"] not in named:
                self.store.delete(_blob(file["digest"]))
        self.store.delete(_document(digest))

    def remove_entries(self, digest: str, *, every: bool) -> None:
        """Takes a version off this Dataset's index. every: off that of each Dataset."""
        name = f"{hex_of(digest)}.json"
        self.store.delete(f"{self._index}/{name}")
        for item in self.store.list("index") if every else ():
            if item.path.endswith(f"/{name}"):
                self.store.delete(item.path)

    def unnamed_blobs(self) -> list[Item]:
        """What no copy consists of: of a Job that was killed, or that sends right now; or of files that were written
        anew since."""
        named = {_blob(digest) for digest in self._named_blobs()}
        return [item for item in self.store.list("blobs") if item.path not in named]

    def sweep_old(self) -> None:
        """Removes blobs that no copy names, and that no Job which runs has sent."""
        for item in self.unnamed_blobs():
            if is_old(item):
                self.store.delete(item.path)

    def _named_blobs(self, except_of: str = "") -> set[str]:
        found = set[str]()
        for item in self.store.list("versions"):
            if not (except_of and item.path == _document(except_of)):
                found |= self._blobs_of(item.path)
        return found

    def _blobs_of(self, path: str) -> set[str]:
        try:
            return {file["digest"] for file in json.loads(self.store.get(path))["files"].values()}
        except (ValueError, KeyError, TypeError) as error:
            raise PermanentError(
                "CopyDamaged",
                f"{self.store.uri(path)} can't be read, so that nobody knows which blobs it needs; mend it first: "
                f"kubectl colonnade backup dset/{self.dataset} --verify",
            ) from error

    @property
    def _index(self) -> str:
        return f"index/{self.dataset}"


def open_copies(job: KeepJob, store: Store, claims: Path) -> Copies:
    """The backup that a Job's spec names. Raises PermanentError where it is none or the store itself, TransientError
    where it doesn't answer."""
    if job.backup is None:
        raise PermanentError("NoBackup", f"spec.backup: dset/{job.name} has no backup; name one, such as s3://bucket")
    url = _url(job.backup.storage_uri, claims)
    if _overlap(f"{url.rstrip('/')}/", f"{store.url.rstrip('/')}/") and not _elsewhere():
        raise PermanentError(
            "InvalidSpec",
            f"spec.backup.storageUri: {job.backup.storage_uri} and the store {store.url} lie one in the other, so that "
            "both would be lost at once; name another place",
        )
    url = f"{url.rstrip('/')}/{job.namespace}"
    try:
        if url.startswith("file://"):
            Path(url.removeprefix("file://")).mkdir(parents=True, exist_ok=True)
        with credentials(PREFIX):
            return Copies(open_store(url), job.name)
    except (StoreError, OSError) as error:
        raise TransientError("BackupUnreachable", str(error)) from error


def _url(storage_uri: str, claims: Path) -> str:
    scheme, claim, path = parse(storage_uri)
    return f"file://{claims / claim / path}" if scheme == "pvc" else storage_uri


def _overlap(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _elsewhere() -> bool:
    """Whether a bucket of the same name is another server's."""
    own = os.environ.get(f"{PREFIX}AWS_ENDPOINT_URL")
    return own is not None and own != os.environ.get("AWS_ENDPOINT_URL")


def is_old(blob: Item) -> bool:
    return datetime.now(UTC) - blob.modified > LONGEST_JOB


def _document(digest: str) -> str:
    return f"versions/{hex_of(digest)}.json"


def _blob(digest: str) -> str:
    return f"blobs/{hex_of(digest)}"
