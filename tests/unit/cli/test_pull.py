"""`pull`: rows come out of the store as they are, or not at all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from colonnade.cli.pull import FORMATS
from tests.unit.cli.conftest import Run
from tests.unit.client.conftest import cluster, collected, folder, harness, nothing_fetched_yet
from tests.unit.client.test_encrypted import KEY, encrypted, key_file
from tests.unit.jobs.harness import Harness

__all__ = ["cluster", "collected", "encrypted", "harness", "key_file", "nothing_fetched_yet"]
ROWS = pd.DataFrame({"n": [1, 2, None], "text": ['a, "b"', "", None]})
Collect = Callable[..., dict[str, Any]]


def test_a_parquet_file_is_the_one_in_the_store(
    kubectl_colonnade: Run, collected: Collect, harness: Harness, tmp_path: Path
) -> None:
    collected(ROWS)
    target = tmp_path / "pulled.parquet"
    seen = kubectl_colonnade("pull", "dset/people", "-o", str(target))
    assert seen.code == 0, seen.err
    assert target.read_bytes() == (folder(harness) / "data.parquet").read_bytes()
    assert f"dset/people: version {harness.digest[7:17]} is in" in seen.err


def test_a_csv_tells_what_is_missing_from_what_is_empty(tmp_path: Path) -> None:
    ROWS.to_parquet(tmp_path / "rows.parquet")
    FORMATS[".csv"](tmp_path / "rows.parquet", tmp_path / "rows.csv")
    assert (tmp_path / "rows.csv").read_text() == '"n","text"\n"1","a, ""b"""\n"2",""\n,\n'


def test_a_csv_has_the_rows_of_the_version(kubectl_colonnade: Run, collected: Collect, tmp_path: Path) -> None:
    collected(ROWS)
    target = tmp_path / "pulled.csv"
    assert kubectl_colonnade("pull", "dset/people", "-o", str(target)).code == 0
    assert pd.read_csv(target)["n"].tolist()[:2] == [1, 2]


def test_rows_that_were_changed_are_not_written(
    kubectl_colonnade: Run, collected: Collect, harness: Harness, tmp_path: Path
) -> None:
    collected(ROWS)
    ROWS.assign(n=[1, 2, 3]).to_parquet(folder(harness) / "data.parquet")
    target = tmp_path / "pulled.parquet"
    seen = kubectl_colonnade("pull", "dset/people", "-o", str(target))
    assert seen.code == 1
    assert "they were changed" in seen.err
    assert list(tmp_path.glob("*pulled*")) == []


def test_what_is_to_be_written_is_told_by_the_name(kubectl_colonnade: Run, collected: Collect, tmp_path: Path) -> None:
    collected(ROWS)
    seen = kubectl_colonnade("pull", "dset/people", "-o", str(tmp_path / "pulled.xlsx"))
    assert seen.code == 2
    assert "the name ends in .parquet or .csv" in seen.err


@pytest.mark.usefixtures("encrypted")
def test_an_encrypted_version_comes_in_plain_to_who_has_its_key(
    kubectl_colonnade: Run, key_file: Path, tmp_path: Path
) -> None:
    target = tmp_path / "pulled.parquet"
    assert "no key was given" in kubectl_colonnade("pull", "dset/people", "-o", str(target)).err
    seen = kubectl_colonnade("pull", "dset/people", "-o", str(target), "--key-file", str(key_file))
    assert seen.code == 0, seen.err
    assert pq.read_table(target)["name"].to_pylist() == ["ann", "bob", "eve"]
    assert KEY not in seen.err


@pytest.mark.usefixtures("encrypted")
def test_an_encrypted_report_is_shown_to_who_has_its_key(kubectl_colonnade: Run, key_file: Path) -> None:
    assert "is encrypted" in kubectl_colonnade("report", "dset/people").err
    seen = kubectl_colonnade("report", "dset/people", "--key-file", str(key_file))
    assert seen.code == 0, seen.err
    assert "3 rows" in seen.out
