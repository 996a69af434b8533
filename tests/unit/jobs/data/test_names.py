"""Columns keep what their owners call them, whatever our SQL, DuckDB or parquet would make of the name."""

import csv
import io
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from colonnade_jobs.data.tables import naming
from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Harness

LENIENT = {"onInvalid": "Quarantine", "maxInvalidFraction": 1}
OURS = [
    "rowid",
    "row_id",
    "reasons",
    "reasons_1",
    "broken_types",
    "c0",
    "c1",
    "c2",
    "raw",
    "typed",
    "checked",
    "validated",
    "reason",
]
SQL = [
    "select",
    "from",
    "NULL",
    "order",
    "a.b",
    ".a",
    "a]",
    "[0]",
    "it's",
    'say "a"',
    "a;--",
    "a,b",
    "x\ny",
    "%s",
    "$1",
    "?",
]
ODD = [
    "Age",
    "age",
    "AGE",
    "größe",
    "GRÖSSE",
    "Größe",
    "🙂",
    "列",
    "a b",
    " a",
    "a ",
    "-",
    "0",
    "1e3",
    "n" * 200,
    "true",
    "__index__",
]
name = st.one_of(
    st.sampled_from(OURS + SQL + ODD),
    st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1, max_size=8),
)
names = st.lists(name, min_size=1, max_size=6, unique=True)
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def parquet(harness: Harness, columns: list[str], rows: list[list[Any]], file: str = "rows.parquet") -> str:
    table = pa.Table.from_arrays([pa.array(values) for values in zip(*rows, strict=True)], names=columns)
    path = harness.folder / file
    path.parent.mkdir(exist_ok=True)
    pq.write_table(table, path)
    return f"file://{path}"


def numbered(width: int) -> list[list[Any]]:
    """Three rows, the largest first, each value telling its row and column; the second is far over the others."""
    return [[(100 if row == 1 else 1) * (10 * (3 - row) + column) for column in range(width)] for row in range(3)]


@quick
@given(columns=names)
@example(columns=["a", "rowid", "y"])
@example(columns=["c1", "c0", "c2"])
@example(columns=["Age", "age", "AGE"])
@example(columns=["reasons", "row_id", "broken_types"])
def test_each_column_keeps_its_name_and_its_values(harness: Harness, columns: list[str]) -> None:
    rows = numbered(len(columns))
    spec: dict[str, Any] = {
        "schema": {"columns": [{"name": columns[0], "type": "integer", "max": 50}], "uniqueKey": [columns[-1]]},
        "cleaning": [
            {"dropDuplicates": {"columns": columns}},
            {"fillMissing": {"column": columns[-1], "strategy": "mode"}},
        ],
        "split": {"timeColumn": columns[-1]},
        "validation": LENIENT,
    }
    answer = harness.dataset(parquet(harness, columns, rows), **spec)
    table = harness.table(answer)
    assert table.columns.tolist() == columns
    assert table.to_numpy().tolist() == [rows[0], rows[2]]
    aside = harness.quarantine(answer)
    assert aside.columns.tolist()[:-1] == columns
    assert aside.columns[-1].startswith("reasons")
    assert aside.to_numpy().tolist() == [[*map(str, rows[1]), f"{columns[0]} over 50"]]
    report = harness.report(answer)
    assert [column["name"] for column in report["columns"]] == columns
    assert {rule["rule"]: rule["rows"] for rule in report["rules"] if rule["rows"]} == {f"{columns[0]} over 50": 1}


@pytest.mark.parametrize(
    "columns",
    [["a", "rowid", "y"], ["row_id", "reasons"], ["c1", "c0", "c2"], ["select", "a.b", "[0]"], ["x\ny", "it's", '"']],
)  # fmt: skip
def test_a_csv_keeps_them_too(harness: Harness, columns: list[str]) -> None:
    rows = numbered(len(columns))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    schema = {"columns": [{"name": columns[0], "type": "integer", "max": 50}]}
    (harness.folder / "rows.csv").write_text(text.getvalue())
    answer = harness.dataset(f"file://{harness.folder}/rows.csv", schema=schema, validation=LENIENT)
    table = harness.table(answer)
    assert table.columns.tolist() == columns
    assert table.to_numpy().tolist() == [rows[0], rows[2]]
    assert harness.quarantine(answer).to_numpy().tolist() == [[*map(str, rows[1]), f"{columns[0]} over 50"]]


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(columns=st.lists(name, min_size=3, max_size=5, unique=True))
@example(columns=["Age", "age", "AGE", "rowid"])
@example(columns=["c1", "c0", "a.b", ".a", "reasons"])
@example(columns=["label", "probabilities", "x\ny"])
def test_a_model_learns_from_them_under_their_names(harness: Harness, columns: list[str]) -> None:
    features = {name: [(7 * n + 3 * k) % 40 / 4 for n in range(40)] for k, name in enumerate(columns[:-1])}
    target = ["yes" if n % 3 else "no" for n in range(40)]
    rows = list(map(list, zip(*features.values(), target, strict=True)))
    harness.dataset(parquet(harness, columns, rows), split={"stratifyBy": columns[-1]})
    answer = harness.train("tree.DecisionTreeClassifier", columns[-1])
    inputs = [tensor.name for tensor in harness.bundle(answer).inputs]
    assert inputs == columns[:-1]


def test_columns_without_a_name_or_with_one_twice_get_one(harness: Harness) -> None:
    table = harness.table(harness.dataset(parquet(harness, ["", "a", "a", "a_1"], [[1, 2, 3, 4]])))
    assert table.to_dict("list") == {"column0": [1], "a": [2], "a_2": [3], "a_1": [4]}


def test_nested_columns_are_words_under_their_own_name(harness: Harness) -> None:
    table = harness.table(harness.dataset(parquet(harness, ["s", "l", "s.a"], [[{"a": 1, "b": "x"}, [1, 2], 3]])))
    assert table.to_dict("list") == {"s": ["{'a': 1, 'b': x}"], "l": ["[1, 2]"], "s.a": [3]}


def test_several_parquet_files_are_joined_by_the_names_that_they_spell(harness: Harness) -> None:
    parquet(harness, ["rowid", "b"], [[1, 2]], "parts/1.parquet")
    parquet(harness, ["d", "b", "C", "rowid"], [[3, 4, 5, 6]], "parts/2.parquet")
    table = harness.table(harness.dataset(f"file://{harness.folder}/parts/*.parquet"))
    assert table.columns.tolist() == ["rowid", "b", "d", "C"]
    assert table.fillna(0).to_numpy().tolist() == [[1, 2, 0, 0], [6, 4, 3, 5]]


def test_names_that_only_case_tells_apart_cant_be_joined_over_files(harness: Harness) -> None:
    parquet(harness, ["Age"], [[1]], "parts/1.parquet")
    parquet(harness, ["age"], [[2]], "parts/2.parquet")
    with pytest.raises(
        PermanentError, match="Age and age are columns of several files, one name where case doesn't count"
    ):
        harness.dataset(f"file://{harness.folder}/parts/*.parquet")
    parquet(harness, ["age", "Age"], [[1, 2]], "parts/1.parquet")
    with pytest.raises(PermanentError, match=r"1\.parquet: its columns age and Age"):
        harness.dataset(f"file://{harness.folder}/parts/*.parquet")


def test_a_declared_name_is_matched_by_case(harness: Harness) -> None:
    schema = {"columns": [{"name": "age", "type": "number", "max": 5}]}
    with pytest.raises(PermanentError, match="no column age; did you mean Age"):
        harness.dataset("Age\n1\n", schema=schema)


@given(st.lists(st.sampled_from(["", "a", "a_1", "a_1_1", "column0", "column1", "b"]), max_size=8))
def test_distinct_names_are_distinct_and_the_first_of_a_name_keeps_it(given_names: list[str]) -> None:
    found = naming.distinct(given_names)
    assert len(set(found)) == len(found) == len(given_names)
    for n, one in enumerate(given_names):
        if one and given_names.index(one) == n:
            assert found[n] == one


def test_frames_of_pandas_keep_their_index(harness: Harness) -> None:
    rows = pd.DataFrame({"rowid": [5, 6]}, index=pd.Index([7, 8], name="c0"))
    assert harness.table(harness.dataset(rows)).reset_index()[["rowid"]].to_numpy().tolist() == [[5], [6]]
