"""A stored version, opened by whoever reads it."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from colonnade_jobs.data.versions import stored
from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Harness

ROWS = "name,age\nann,31\nbob,45\n"


def test_a_version_is_opened_by_its_digest(harness: Harness, tmp_path: Path) -> None:
    harness.dataset(ROWS)
    manifest, table = stored.fetch("rows", harness.digest, harness.store, tmp_path)
    assert manifest["digest"] == harness.digest
    assert pq.read_table(table).column("name").to_pylist() == ["ann", "bob"]


def test_two_versions_lie_side_by_side(harness: Harness, tmp_path: Path) -> None:
    first = harness.dataset(ROWS)["version"]["digest"]
    second = harness.dataset(f"{ROWS}eve,20\n")["version"]["digest"]
    tables = [stored.fetch("rows", digest, harness.store, tmp_path)[1] for digest in (first, second)]
    assert [pq.read_metadata(table).num_rows for table in tables] == [2, 3]


def test_one_changed_value_is_told(harness: Harness, tmp_path: Path) -> None:
    answer = harness.dataset(ROWS)
    table = harness.table(answer)
    table.loc[0, "age"] = 32
    table.to_parquet(harness.fetched(answer["version"]["reportUri"]).parent / "data.parquet")
    with pytest.raises(PermanentError, match="the rows of rows are not those of") as problem:
        stored.fetch("rows", harness.digest, harness.store, tmp_path)
    assert problem.value.reason == "DatasetCorrupt"


@pytest.mark.parametrize("forged", [b'"rows":3', b'"rows":', b"["])
def test_a_manifest_that_is_not_as_it_was_sealed_is_told(harness: Harness, tmp_path: Path, forged: bytes) -> None:
    harness.dataset(ROWS)
    path = f"datasets/{harness.digest[7:]}/version.json"
    harness.store.put(path, harness.store.get(path).replace(b'"rows":2', forged))
    with pytest.raises(PermanentError, match=r"version\.json is not what it was when it was written") as problem:
        stored.fetch("rows", harness.digest, harness.store, tmp_path)
    assert problem.value.reason == "DatasetCorrupt"


def test_a_version_that_is_not_there_is_named(harness: Harness, tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="no dataset version sha256:0000"):
        stored.fetch("rows", f"sha256:{'0' * 64}", harness.store, tmp_path)
