"""Versions to keep, in a store of files or behind a real S3 server, and a hand that is struck at its nth write."""

import hashlib
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from colonnade_api.datasets.encryption import SecretKey
from colonnade_api.jobs.keeping import KeepJob, KeepResult
from colonnade_jobs import keeping
from colonnade_serving.store import Store
from tests.unit.jobs.harness import Harness
from tests.unit.jobs.keys import given

DAY_OLD = 2 * 86_400


class Killed(Exception):
    """The process ends here, between two writes."""


@dataclass(frozen=True)
class Struck(Store):
    """A store whose writer dies before, or just after, its nth write."""

    left: list[int] = field(default_factory=list)
    after: bool = False

    def put(self, path: str, data: bytes) -> None:
        self._strike(lambda: Store.put(self, path, data))

    def put_new(self, path: str, data: bytes) -> bool:
        return bool(self._strike(lambda: Store.put_new(self, path, data)))

    def send(self, source: Path, path: str) -> str:
        return str(self._strike(lambda: Store.send(self, source, path)))

    def delete(self, path: str) -> None:
        self._strike(lambda: Store.delete(self, path))

    def _strike(self, write: Any) -> Any:
        self.left[0] -= 1
        if self.left[0] < 0 and not self.after:
            raise Killed
        found = write()
        if self.left[0] < 0:
            raise Killed
        return found


def struck(store: Store, after_writes: int, after: bool = False) -> Struck:
    return Struck(store.url, store.client, store.root, [after_writes], after)


class Keeper(Harness):
    """A harness whose versions are kept, with a backup in another folder. places: where the bytes of both lie."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.versions: list[dict[str, Any]] = []
        self.places = {"store": folder / "store", "backup": folder / "backup" / "default"}
        self.spec: dict[str, Any] = {
            "source": {"storageUri": "file:///rows.csv"},
            "backup": {"storageUri": f"file://{folder / 'backup'}"},
        }

    def collected(self, rows: Any, retained: tuple[str, ...] = (), **spec: Any) -> str:
        """The digest of a new version of these rows."""
        told = {"source": self._source(rows)} | spec
        job = {"namespace": "default", "name": "rows", "retained": list(retained), "spec": told}
        return self._listed(self.collect(job)["version"])

    def queried(self, digest: str, statement: str) -> str:
        """The digest of a new version that is made of that one, which the statement calls rows."""
        source = {"query": {"datasets": [{"name": "rows"}], "statement": statement}}
        job = {"namespace": "default", "name": "made", "spec": {"source": source}, "upstream": {"rows": digest}}
        return self._listed(self.collect(job)["version"])

    def _listed(self, version: dict[str, Any]) -> str:
        self.versions.insert(0, {key: value for key, value in version.items() if value is not None})
        return str(version["digest"])

    @property
    def digests(self) -> list[str]:
        return [version["digest"] for version in self.versions]

    def keep(self, kind: str, store: Store | None = None, of: str = "rows", **task: Any) -> KeepResult:
        """The answer of a Job that keeps. of: whose versions."""
        if kind in ("BackUp", "Verify"):
            task.setdefault("versions", self.versions)
        if kind == "Audit":
            task.setdefault("versions", self.digests)
        job = {"namespace": "default", "name": of, "spec": self.spec, "task": {"kind": kind, **task}}
        scratch = self.folder / "scratch"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        return keeping.run(KeepJob.model_validate(job), store or self.store, scratch, self.folder / "pvc")

    def holds(self, patch: pytest.MonkeyPatch, *keys: SecretKey) -> None:
        """Jobs are given these keys from now on, and no others."""
        given(patch, {str(key): hashlib.sha256(str(key).encode()).hexdigest() for key in keys})

    def blob(self, digest: str, name: str = "data.parquet") -> Path:
        """A file of a version, where its bytes lie."""
        return self.places["store"] / self.stored(digest, name)

    def flip_a_bit(self, path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    def ages(self, place: str = "store") -> None:
        """All that lies there was written two days ago."""
        for path in self.places[place].rglob("*"):
            moment = path.stat().st_mtime - DAY_OLD
            os.utime(path, (moment, moment))

    def files(self, place: str = "store") -> dict[str, bytes]:
        """All that lies there, without what was never committed."""
        root = self.places[place]
        found = (path for path in root.rglob("*") if path.is_file() and ".new-" not in str(path))
        return {str(path.relative_to(root)): path.read_bytes() for path in found}

    def lose(self, place: str = "store", path: str = "") -> None:
        """Nothing lies there any more, or not this file or folder of it."""
        lost = self.places[place] / path
        lost.unlink() if lost.is_file() else shutil.rmtree(lost, ignore_errors=True)

    def stored(self, digest: str, name: str = "data.parquet") -> str:
        """A file of a version, by its path in the store."""
        return f"datasets/{digest.removeprefix('sha256:')}/{name}"

    def lay(self, files: dict[str, bytes], place: str = "store") -> None:
        """These lie there, and nothing else."""
        self.lose(place)
        for path, data in files.items():
            target = self.places[place] / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)


ROWS = "id,age,city\n1,30,Bern\n2,41,Chur\n3,52,Bern\n"
MORE = "id,age,city\n1,30,Bern\n2,44,Chur\n4,61,Basel\n5,22,Bern\n"
