"""Folders named key=value become columns of the files in them."""

from pathlib import Path

import pandas as pd
import pytest

from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Harness


@pytest.fixture
def lake(harness: Harness) -> Path:
    return harness.folder / "lake"


def written(harness: Harness, form: str, folder: str, n: int) -> None:
    frame, path = pd.DataFrame({"n": [n, n + 1]}), harness.folder / "lake" / folder / f"part.{form}"
    path.parent.mkdir(parents=True, exist_ok=True)
    if form == "parquet":
        frame.to_parquet(path)
    elif form == "csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_json(path, orient="records", lines=True)


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_keys_are_columns_in_the_type_of_their_values(harness: Harness, lake: Path, form: str) -> None:
    written(harness, form, "year=2024/city=Z%C3%BCrich%20%2F%201", 1)
    written(harness, form, "year=2025/city=__HIVE_DEFAULT_PARTITION__", 3)
    (lake / "_SUCCESS").touch()
    table = harness.table(harness.dataset(f"file://{lake}"))
    assert table.columns.tolist() == ["n", "year", "city"]
    assert table["n"].tolist() == [1, 2, 3, 4]
    assert table["year"].tolist() == [2024, 2024, 2025, 2025]
    assert table["city"].fillna("").tolist() == ["Zürich / 1", "Zürich / 1", "", ""]


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_keys_are_typed_as_declared(harness: Harness, lake: Path, form: str) -> None:
    for folder in ("day=2024-01-31/code=007", "day=2024-02-29/code=008"):
        written(harness, form, folder, 1)
    columns = [{"name": "code", "type": "string"}, {"name": "day", "type": "date"}]
    table = harness.table(harness.dataset(f"file://{lake}", schema={"columns": columns}))
    assert table["code"].tolist() == ["007", "007", "008", "008"]
    assert table["day"].tolist() == [pd.Timestamp("2024-01-31")] * 2 + [pd.Timestamp("2024-02-29")] * 2


def test_only_the_folders_below_the_fixed_part_of_an_address_count(harness: Harness, lake: Path) -> None:
    for folder in ("year=2024/month=1", "year=2024/month=2"):
        written(harness, "csv", folder, 1)
    for address, columns in {"year=2024": ["n", "month"], "year=*/month=1/*.csv": ["n", "year", "month"]}.items():
        assert harness.table(harness.dataset(f"file://{lake}/{address}")).columns.tolist() == columns


@pytest.mark.parametrize(
    ("folders", "words"),
    [
        (["year=2024", "year=2024/month=1"], r"not all files lie in folders of the same keys: part\.csv \(year"),
        (["n=1", "n=2"], r"n is a column of part\.csv and the key of its folder; rename one of the two"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(harness: Harness, lake: Path, folders: list[str], words: str) -> None:
    for folder in folders:
        written(harness, "csv", folder, 1)
    with pytest.raises(PermanentError, match=words):
        harness.dataset(f"file://{lake}")
