"""The digest names the content: values, order, schema and split, and nothing else."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from colonnade_api.stored import table_digest
from tests.unit.jobs.harness import Harness, people

values = st.fixed_dictionaries(
    {
        "i": st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
        "f": st.one_of(st.none(), st.floats(allow_nan=False)),
        "s": st.one_of(st.none(), st.text(max_size=4)),
        "b": st.one_of(st.none(), st.booleans()),
    }
)
SCHEMA = pa.schema([("i", pa.int64()), ("f", pa.float64()), ("s", pa.string()), ("b", pa.bool_())])


def digest(rows: list[dict[str, Any]], folder: Path, group: int = 1000) -> str:
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), folder / "t.parquet", row_group_size=group)
    return table_digest(folder / "t.parquet")


@settings(deadline=None)
@given(rows=st.lists(values, min_size=1, max_size=12), group=st.integers(1, 5))
def test_row_groups_dont_show(tmp_path_factory: Any, rows: list[dict[str, Any]], group: int) -> None:
    folder = tmp_path_factory.mktemp("digest")
    assert digest(rows, folder) == digest(rows, folder, group)


@settings(deadline=None)
@given(rows=st.lists(values, min_size=1, max_size=12), other=st.lists(values, min_size=1, max_size=12))
def test_other_rows_have_another_digest(
    tmp_path_factory: Any, rows: list[dict[str, Any]], other: list[dict[str, Any]]
) -> None:
    assume([repr(sorted(row.items())) for row in rows] != [repr(sorted(row.items())) for row in other])
    folder = tmp_path_factory.mktemp("digest")
    assert digest(rows, folder) != digest(other, folder)


def test_null_and_empty_and_zero_are_three_things(tmp_path: Path) -> None:
    empty: dict[str, Any] = {"i": None, "f": None, "s": None, "b": None}
    found = {digest([empty | part], tmp_path) for part in ({}, {"i": 0}, {"s": ""}, {"f": 0.0}, {"b": False})}
    assert len(found) == 5


def test_neither_the_file_nor_its_time_nor_its_format_shows(harness: Harness) -> None:
    rows = pd.DataFrame({"a": [1, 2, None], "b": ["x", None, "z"]})
    first = harness.dataset(rows)
    path = harness.folder / "rows.parquet"
    os.utime(path, (0, 0))
    again = harness.dataset(f"file://{path}", previous=first["version"]["digest"])
    assert again["outcome"] == "Unchanged"
    schema = {"columns": [{"name": "a", "type": "number", "nullable": True}]}
    parquet = harness.dataset(rows, schema=schema)["version"]["digest"]
    assert harness.dataset("a,b\n1,x\n2,\n,z\n", schema=schema)["version"]["digest"] == parquet


def test_a_changed_source_gives_a_new_version_and_an_old_one_its_old_name(harness: Harness) -> None:
    first = harness.dataset("a\n1\n2\n")["version"]["digest"]
    changed = harness.dataset("a\n1\n3\n", previous=first)
    assert changed["outcome"] == "NewVersion"
    assert changed["version"]["digest"] != first
    back = harness.dataset("a\n1\n2\n", previous=changed["version"]["digest"])
    assert (back["outcome"], back["version"]["digest"]) == ("NewVersion", first)


def test_order_split_and_rules_belong_to_the_content(harness: Harness) -> None:
    found = [
        harness.dataset("a\n1\n2\n"),
        harness.dataset("a\n2\n1\n"),
        harness.dataset("a\n1\n2\n", split={"test": 0.3}),
        harness.dataset("a\n1\n2\n", schema={"columns": [{"name": "a", "type": "integer", "max": 9}]}),
        harness.dataset("a\n1\n2\nx\n", schema={"columns": [{"name": "a", "type": "integer"}]},
                     validation={"maxInvalidFraction": 1}),
    ]  # fmt: skip
    assert len({answer["version"]["digest"] for answer in found}) == len(found)


def test_many_rows_on_several_threads_have_one_digest(harness: Harness) -> None:
    rows = pd.concat([people(2000, seed) for seed in range(40)], ignore_index=True)
    rows["filled"] = np.where(rows.index % 3, rows["amount"], np.nan)
    cleaning = [{"fillMissing": {"column": "filled", "strategy": "mean"}}]
    first, second = (harness.dataset(rows, cleaning=cleaning)["version"]["digest"] for _ in range(2))
    assert first == second
