"""A volume that is full is said to be, whichever step meets it, and blames neither source nor version.

The kernel refuses what goes beyond a size, as it does where a volume has no room left.
"""

import bz2
import errno
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from colonnade_api.jobs import DatasetResult
from colonnade_jobs import outcome
from colonnade_jobs.data.tables import database
from colonnade_jobs.data.versions import stored
from colonnade_jobs.errors import store_answers
from colonnade_serving.store import StoreFull
from tests.unit.jobs.harness import Harness

ROWS = "n,word\n" + "".join(f"{n},w{n * 7919 % 100003}\n" for n in range(20_000))


@contextmanager
def room(size: int) -> Iterator[None]:
    """No file may grow beyond size."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def job(harness: Harness, source: dict[str, Any], scratch: Path) -> tuple[str, int]:
    """How a dataset Job with little room ends."""

    def collect(_: Path) -> DatasetResult:
        told = {"namespace": "default", "name": "rows", "spec": {"source": source}}
        return DatasetResult.model_validate(harness.collect(told))

    with room(4096):
        answer, code = outcome.of(collect)
    assert str(harness.folder) not in answer.message.replace(harness.url, "")
    return answer.reason, code


def test_an_archive_that_finds_no_room_is_no_broken_archive(harness: Harness, tmp_path: Path) -> None:
    packed = tmp_path / "rows.csv.bz2"
    packed.write_bytes(bz2.compress(ROWS.encode()))
    assert job(harness, {"storageUri": f"file://{packed}"}, tmp_path) == ("VolumeFull", outcome.RETRY)


def test_an_upload_that_finds_no_room_here_is_no_store_out_of_reach(harness: Harness, tmp_path: Path) -> None:
    harness.store.put("uploads/rows/rows.csv", ROWS.encode())
    assert job(harness, {"upload": {}}, tmp_path) == ("VolumeFull", outcome.RETRY)


def test_a_table_that_finds_no_room_is_said(harness: Harness, tmp_path: Path) -> None:
    assert job(harness, {"storageUri": harness.write(ROWS)}, tmp_path) == ("VolumeFull", outcome.RETRY)


def test_a_version_that_finds_no_room_here_is_not_taken_for_a_changed_one(harness: Harness, tmp_path: Path) -> None:
    harness.dataset(ROWS)
    with room(4096), pytest.raises(OSError, match="large") as full:
        stored.fetch("rows", harness.digest, harness.store, tmp_path)
    assert full.value.errno == errno.EFBIG


@pytest.mark.parametrize("verb", ["put", "put_new", "send", "commit"])
def test_a_store_that_is_full_is_said_to_be_and_keeps_no_half_file(harness: Harness, tmp_path: Path, verb: str) -> None:
    folder = tmp_path / "version"
    folder.mkdir()
    for name in ("data", "manifest"):
        (folder / name).write_text(ROWS)
    writes = {
        "put": lambda: harness.store.put("a/data", ROWS.encode()),
        "put_new": lambda: harness.store.put_new("a/data", ROWS.encode()),
        "send": lambda: harness.store.send(folder / "data", "a/data"),
        "commit": lambda: harness.store.commit(folder, "a/b", "manifest"),
    }
    with room(4096), pytest.raises(StoreFull, match=r"file://.*: its volume is full"):
        writes[verb]()
    assert harness.store.list() == []


def test_a_full_store_is_a_reason_of_its_own(harness: Harness, tmp_path: Path) -> None:
    with room(4096):
        answer, code = outcome.of(lambda _: _full(harness))
    assert (answer.reason, code) == ("VolumeFull", outcome.RETRY)
    assert answer.message.endswith("its volume is full; free or add space")


def _full(harness: Harness) -> DatasetResult:
    with store_answers():
        harness.store.put("a", ROWS.encode())
    raise AssertionError("a full store took what was written")


def test_what_runs_out_while_arrow_asks_for_rows_is_told_as_what_it_is(tmp_path: Path) -> None:
    with database.connect(tmp_path) as connection:
        connection.execute("SET memory_limit = '20MB'; SET threads = 1")
        size = "CASE WHEN range < 100000 THEN 1 ELSE 100000000 END"
        rows = connection.sql(f"SELECT repeat('x', {size}) AS word FROM range(200000)").to_arrow_reader(1000)
        with pytest.raises(MemoryError, match="Out of Memory"), database.shortages_as_errors():
            list(rows)


def test_a_disk_that_fills_up_while_rows_are_sorted_is_full(tmp_path: Path) -> None:
    with database.connect(tmp_path) as connection, room(1 << 20):
        connection.execute("SET memory_limit = '20MB'; SET threads = 1")
        with pytest.raises(OSError, match="large") as full, database.shortages_as_errors():
            connection.sql("SELECT hash(range) AS word FROM range(5000000) ORDER BY word").to_arrow_reader(1000)
    assert full.value.errno == errno.EFBIG
