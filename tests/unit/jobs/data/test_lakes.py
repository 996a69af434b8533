"""Folders that are tables by a log of their own are known by it, and not read past it."""

import zipfile
from pathlib import Path

import pytest

from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Harness

UUID = "0c1a6f5e-7c41-4d3f-9d0e-2a86bb9d3b52"
LOGS = {
    "an Iceberg table": (f"metadata/00002-{UUID}.metadata.json", "metadata/v3.metadata.json"),
    "a Hudi table": (".hoodie/hoodie.properties", ".hoodie/20260101.commit"),
    "a Delta table": ("_delta_log/00000000000000000000.json",),
}
KINDS = [(kind, log) for kind, logs in LOGS.items() for log in logs]
PATHS = ["t", "t/", "t/data/*.csv", "t/data/day=1/", "t/data/day=1/a.csv", "t/**/*.csv"]


@pytest.fixture
def lake(harness: Harness) -> Path:
    harness.write("n\n1\n", "t/data/day=1/a.csv")
    harness.write("n\n2\n", "t/data/b.csv")
    return harness.folder


def refusal(harness: Harness, address: str) -> str:
    with pytest.raises(PermanentError) as error:
        harness.dataset(address)
    assert error.value.reason == "UnreadableSource"
    return error.value.message


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("kind", ["an Iceberg table", "a Hudi table"])
def test_what_lies_in_a_table_is_not_read_file_by_file(harness: Harness, lake: Path, kind: str, path: str) -> None:
    harness.write("{}", f"t/{LOGS[kind][0]}")
    assert f"file://{lake}/t is {kind}, and not all of its files count" in refusal(harness, f"file://{lake}/{path}")


@pytest.mark.parametrize(("kind", "log"), KINDS)
def test_each_log_is_known_on_a_volume_too(harness: Harness, kind: str, log: str) -> None:
    for file in ("data/b.csv", log):
        harness.write("n\n2\n", f"pvc/lake/t/{file}")
    assert f"pvc://lake/t is {kind}" in refusal(harness, "pvc://lake/t/data/b.csv")


@pytest.mark.parametrize(("kind", "log"), KINDS)
def test_a_link_into_a_table_leads_into_the_table(harness: Harness, lake: Path, kind: str, log: str) -> None:
    harness.write("{}", f"t/{log}")
    (lake / "linked").symlink_to(lake / "t/data")
    assert f"{lake}/t is {kind}" in refusal(harness, f"file://{lake}/linked/b.csv")


@pytest.mark.parametrize(("kind", "log"), KINDS)
def test_a_table_in_an_archive_is_one_as_well(harness: Harness, kind: str, log: str) -> None:
    with zipfile.ZipFile(harness.folder / "t.zip", "w") as archive:
        archive.writestr("t/data/b.csv", "n\n2\n")
        archive.writestr(f"t/{log}", "{}")
    assert f"t.zip: t is {kind}" in refusal(harness, f"file://{harness.folder}/t.zip")


def test_a_folder_that_is_only_called_so_is_none(harness: Harness, lake: Path) -> None:
    harness.write("{}", "t/metadata/b.csv-metadata.json")
    harness.write("{}", "t/metadata/orders.metadata.json")
    assert harness.table(harness.dataset(f"file://{lake}/t/data/b.csv"))["n"].tolist() == [2]


def test_a_table_beside_other_files_keeps_none_of_them_away(harness: Harness, lake: Path) -> None:
    harness.write("{}", "t/.hoodie/hoodie.properties")
    harness.write("n\n7\n", "rows.csv")
    assert harness.table(harness.dataset(f"file://{lake}/*.csv"))["n"].tolist() == [7]
