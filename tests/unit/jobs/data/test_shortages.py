"""Memory or disk that runs out is no fault of the data: a retry with more of it may mend it."""

import errno
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from colonnade_api.jobs import DatasetResult
from colonnade_jobs import outcome, resources
from colonnade_jobs.data.tables.database import raise_shortage
from tests.unit.jobs.harness import Harness

TOO_LITTLE = 2_000_000  # bytes, of which DuckDB gets half


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_job_without_memory_says_so_and_blames_no_file(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    frame = pd.DataFrame({"a": range(200_000), "b": [f"text {n}" for n in range(200_000)]})
    rows = harness.write(frame.to_csv(index=False)) if kind == "csv" else frame
    monkeypatch.setattr(resources, "memory_bytes", lambda: TOO_LITTLE)
    with pytest.raises(MemoryError):
        harness.dataset(rows)


def test_a_full_disk_is_the_systems_fault_and_a_broken_file_is_not() -> None:
    with pytest.raises(OSError, match="No space left") as full:
        raise_shortage(duckdb.IOException("Could not write to file: No space left on device"))
    assert full.value.errno == errno.ENOSPC
    raise_shortage(duckdb.IOException("No magic bytes found at end of file"))
    raise_shortage(duckdb.InvalidInputException("a line is too long"))


def test_a_volume_that_is_full_is_said_and_is_worth_a_retry() -> None:
    def fill(_: Path) -> DatasetResult:
        Path("/dev/full").write_bytes(b"rows")
        raise AssertionError("a full device took what was written")

    answer, code = outcome.of(fill)
    assert (answer.reason, code) == ("VolumeFull", outcome.RETRY)
    assert answer.message == (
        "the Job's own volume is full (No space left on device): free space on its node, or add some"
    )
