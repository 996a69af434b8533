"""What lies in the store of an encrypted Dataset, and who can read it."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from colonnade_api.datasets.encryption import SecretKey
from colonnade_jobs.data import encryption
from colonnade_jobs.data.versions import stored
from colonnade_jobs.errors import PermanentError, TransientError
from colonnade_serving.store import Store, StoreError
from tests.unit.jobs.harness import Harness
from tests.unit.jobs.keys import given as lay_keys

MARKER = "Zebediah-Quux"
ROWS = f"name,age\n{MARKER},31\nbob,45\nann,52\neve,nobody-{MARKER}\n"
SCHEMA = {"columns": [{"name": "age", "type": "integer"}]}
LENIENT = {"validation": {"maxInvalidFraction": 0.5}, "schema": SCHEMA}
OLD, NEW = SecretKey(name="old", key="key"), SecretKey(name="new", key="key")
VALUES = {OLD: "0f" * 32, NEW: "a1" * 32}


def given(patch: pytest.MonkeyPatch, *keys: SecretKey) -> None:
    """The Job has these keys."""
    lay_keys(patch, {str(key): VALUES[key] for key in keys})


def by(key: SecretKey, *previous: SecretKey) -> dict[str, Any]:
    """spec.privacy"""
    told = {"keySecretRef": key.manifest(), "previousKeys": [each.manifest() for each in previous]}
    return {"privacy": {"encryption": told}}


def blobs(harness: Harness) -> dict[str, bytes]:
    return {item.path: harness.store.get(item.path) for item in harness.store.list()}


def collect(harness: Harness, retained: tuple[str, ...] = (), **spec: Any) -> Any:
    address = harness.write(ROWS)
    told = {"source": {"storageUri": address}} | LENIENT | spec
    return harness.collect({"namespace": "n", "name": "rows", "spec": told, "retained": list(retained)})


def test_nothing_in_the_store_shows_a_value(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, OLD)
    assert collect(harness, **by(OLD))["outcome"] == "NewVersion"
    stored_files = blobs(harness)
    assert sorted(Path(path).name for path in stored_files) == [
        "data.parquet", "keys.json", "quarantine.parquet", "report.html", "report.json", "version.json",
    ]  # fmt: skip
    assert not [path for path, data in stored_files.items() if MARKER.encode() in data or VALUES[OLD].encode() in data]
    for name in ("data.parquet", "quarantine.parquet"):
        path = next(path for path in stored_files if path.endswith(name))
        with pytest.raises((pa.ArrowException, OSError), match="encrypted"):
            pq.read_schema(harness.folder / "store" / path)


def test_people_are_protected_and_their_table_encrypted(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given(monkeypatch, OLD)
    both = {"privacy": by(OLD)["privacy"] | {"rules": [{"column": "name", "action": "Mask"}]}}
    digest = collect(harness, **both)["version"]["digest"]
    (tmp_path / "opened").mkdir()
    table = pq.read_table(stored.fetch("rows", digest, harness.store, tmp_path / "opened")[1])
    assert table["name"].to_pylist() == ["***"] * 3
    assert f'"{MARKER}"'.encode() not in stored.report(digest, harness.store)[1], "of age, which no rule names, it may"
    given(monkeypatch)
    with pytest.raises(PermanentError, match="the Job was not given key key of Secret old"):
        collect(harness, **both)


def test_rows_that_are_refused_are_encrypted_too(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, OLD)
    assert collect(harness, validation={"onInvalid": "Reject"}, **by(OLD))["outcome"] == "Invalid"
    assert not [path for path, data in blobs(harness).items() if MARKER.encode() in data]
    assert "rejected/rows/keys.json" in blobs(harness)


def test_a_key_changes_no_digest(harness: Harness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    given(monkeypatch, OLD)
    assert collect(harness, **by(OLD))["version"]["digest"] == collect(Harness(tmp_path / "plain"))["version"]["digest"]


def test_who_has_the_key_reads_it(harness: Harness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given(monkeypatch, OLD)
    collect(harness, **by(OLD))
    _, table = stored.fetch("rows", harness.digest, harness.store, tmp_path)
    assert pq.read_table(table).column("name").to_pylist() == [MARKER, "bob", "ann"]


def test_who_lacks_the_key_is_told_which_one(harness: Harness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given(monkeypatch, OLD)
    collect(harness, **by(OLD))
    given(monkeypatch, NEW)
    with pytest.raises(PermanentError, match=r"the Job was given key key of Secret new \(id [0-9a-f]{16}\)") as problem:
        stored.fetch("rows", harness.digest, harness.store, tmp_path)
    assert problem.value.reason == "KeyMissing"


def test_a_key_that_is_not_there_is_waited_for_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    (lay_keys(monkeypatch, {str(OLD): VALUES[OLD], str(NEW): VALUES[NEW]}) / "1").unlink()
    with pytest.raises(TransientError, match="there is no key key of Secret new in this namespace") as waits:
        encryption.mounted()
    assert waits.value.reason == "SecretMissing"


def test_a_key_of_raw_bytes_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    folder, raw = lay_keys(monkeypatch, {str(OLD): ""}), bytes(range(100, 132))
    (folder / "0").write_bytes(raw)
    assert encryption.mounted().named(OLD).value == raw


def test_a_short_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    lay_keys(monkeypatch, {str(OLD): "secret\n"})
    with pytest.raises(PermanentError, match="the key key of Secret old has 6 bytes, and a key has at least 32"):
        encryption.mounted()


def test_one_changed_byte_is_told(harness: Harness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given(monkeypatch, OLD)
    collect(harness, **by(OLD))
    path = next(path for path in blobs(harness) if path.endswith("data.parquet"))
    data = bytearray(harness.store.get(path))
    data[len(data) // 2] ^= 1
    harness.store.put(path, bytes(data))
    with pytest.raises(PermanentError, match="they were changed"):
        stored.fetch("rows", harness.digest, harness.store, tmp_path)


def test_another_key_rewrites_no_rows(harness: Harness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given(monkeypatch, OLD)
    collect(harness, **by(OLD))
    before = blobs(harness)
    given(monkeypatch, NEW, OLD)
    assert collect(harness, (harness.digest,), **by(NEW, OLD))["outcome"] == "NewVersion"
    changed = [Path(path).name for path, data in blobs(harness).items() if before.get(path) != data]
    assert changed == ["keys.json"]
    given(monkeypatch, NEW)
    stored.fetch("rows", harness.digest, harness.store, tmp_path)


def test_versions_in_plain_are_encrypted_once_a_key_is_named(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer = collect(harness)
    assert [path for path, data in blobs(harness).items() if MARKER.encode() in data]
    given(monkeypatch, OLD)
    again = collect(harness, (harness.digest,), **by(OLD))
    assert not [path for path, data in blobs(harness).items() if MARKER.encode() in data]
    assert again["version"]["reportDigest"] == answer["version"]["reportDigest"]
    stored.fetch("rows", harness.digest, harness.store, tmp_path)


WRITES = 6  # the wrapped key, four files, the manifest


@pytest.mark.parametrize("allowed", range(WRITES + 1))
def test_interrupted_after_any_write_it_ends_the_same(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, allowed: int
) -> None:
    collect(harness)
    given(monkeypatch, OLD)
    left = [allowed]

    def counted(write: Any) -> Any:
        def once(self: Store, *arguments: Any) -> Any:
            if left[0] == 0:
                raise StoreError("the pod was evicted")
            left[0] -= 1
            return write(self, *arguments)

        return once

    with monkeypatch.context() as patch:
        for verb in ("put", "put_new", "send"):
            patch.setattr(Store, verb, counted(getattr(Store, verb)))
        if allowed < WRITES:
            with pytest.raises(TransientError, match="evicted"):
                collect(harness, (harness.digest,), **by(OLD))
        else:
            collect(harness, (harness.digest,), **by(OLD))
    stored.fetch("rows", harness.digest, harness.store, tmp_path)
    collect(harness, (harness.digest,), **by(OLD))
    assert not [path for path, data in blobs(harness).items() if MARKER.encode() in data]
    stored.fetch("rows", harness.digest, harness.store, tmp_path)


def test_a_dataset_without_the_key_does_not_share_an_encrypted_version(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, OLD)
    collect(harness, **by(OLD))
    given(monkeypatch)
    with pytest.raises(PermanentError, match=r"name that key in the Dataset's spec\.privacy\.encryption"):
        collect(harness)


def test_rows_made_of_an_encrypted_dataset_are_not_stored_in_plain(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, OLD)
    collect(harness, **by(OLD))
    query = {"datasets": [{"name": "people"}], "statement": "SELECT * FROM people"}
    job: dict[str, Any] = {"namespace": "n", "name": "copy", "upstream": {"people": harness.digest}}
    with pytest.raises(PermanentError, match="people is encrypted, and rows made of it would be stored in plain"):
        harness.collect(job | {"spec": {"source": {"query": query}}})
    assert harness.collect(job | {"spec": {"source": {"query": query}} | by(OLD)})["outcome"] == "NewVersion"


def test_a_version_whose_key_is_gone_gets_no_other(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, OLD)
    collect(harness, **by(OLD))
    harness.store.delete(next(path for path in blobs(harness) if path.endswith("keys.json")))
    with pytest.raises(PermanentError, match=r"keys\.json is gone: nobody can read sha256:"):
        collect(harness, (harness.digest,), **by(OLD))


def test_what_changed_since_an_encrypted_version_is_said(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, OLD)
    collect(harness, **by(OLD))
    address = harness.write(ROWS.replace("age", "years"))
    spec = {"source": {"storageUri": address}} | by(OLD)
    answer = harness.collect({"namespace": "n", "name": "rows", "previous": harness.digest, "spec": spec})
    assert "years is new" in answer["message"]
