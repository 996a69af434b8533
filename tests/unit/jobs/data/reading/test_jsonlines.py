"""One JSON object a line: typed as a csv is, and refused with the line where it is anything else."""

import gzip
import json
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Harness

ROWS = (
    '{"id": 1, "name": "a, \\"b\\"\\n", "on": true, "at": "2024-01-31"}\n'
    '{"id": 2, "name": "c\\\\", "on": false, "at": null}\n'
)


def read(harness: Harness, text: str, **spec: Any) -> pd.DataFrame:
    return harness.table(harness.dataset(harness.write(text, "rows.jsonl"), **spec))


def test_values_come_in_their_types(harness: Harness) -> None:
    table = read(harness, ROWS)
    assert table["id"].tolist() == [1, 2]
    assert table["name"].tolist() == ['a, "b"\n', "c\\"]
    assert table["on"].tolist() == [True, False]
    assert table["at"].tolist()[0] == pd.Timestamp("2024-01-31")
    assert table["at"].isna().tolist() == [False, True]


def test_a_table_is_one_version_whether_it_comes_as_csv_or_as_jsonl(harness: Harness) -> None:
    csv = harness.dataset("a,b\n1,x\n2.5,\n")["version"]["digest"]
    lines = harness.write('{"a": 1, "b": "x"}\n\n{"a": 2.5, "b": null}', "rows.jsonl")
    assert harness.dataset(lines)["version"]["digest"] == csv


def test_it_is_told_by_its_content_and_may_be_packed(harness: Harness) -> None:
    (harness.folder / "rows.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + ROWS.encode()))
    answer = harness.dataset(f"file://{harness.folder}/rows.gz")
    assert answer["version"]["rows"] == 2
    assert harness.report(answer)["reading"]["files"][0]["format"] == "jsonl"


def test_keys_that_not_all_lines_have_are_said(harness: Harness) -> None:
    answer = harness.dataset(harness.write('{"a": 1}\n{"a": 2, "b": 3}\n', "rows.jsonl"))
    assert "rows.jsonl: 1 of 2 lines have no b, which is read as missing" in answer["message"]
    assert harness.table(answer)["b"].isna().tolist() == [True, False]


def test_whole_numbers_over_53_bits_keep_their_digits(harness: Harness) -> None:
    assert read(harness, '{"a": 9007199254740993}\n{"a": 1}\n')["a"].tolist() == [9007199254740993, 1]
    longer = '{"a": 92233720368547758071}\n{"a": 92233720368547758072}\n'
    assert read(harness, longer)["a"].tolist() == ["92233720368547758071", "92233720368547758072"]


def test_a_value_of_another_type_than_declared_is_set_aside(harness: Harness) -> None:
    rows = '{"a": 1}\n{"a": "one"}\n'
    schema = {"columns": [{"name": "a", "type": "integer"}]}
    answer = harness.dataset(harness.write(rows, "rows.jsonl"), schema=schema, validation={"maxInvalidFraction": 0.5})
    assert harness.table(answer)["a"].tolist() == [1]
    assert harness.quarantine(answer)["a"].tolist() == ["one"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"a": 1, "b"', r"is no JSON object: expecting ':' delimiter at character 13 of '\{\"a\": 1, \"b\"'"),
        ("[1]", "is no JSON object"),
        ("3", "is no JSON object"),
        ('{"a": 1} {"a": 2}', "is no JSON object: extra data"),
        ('{"a": 1, "a": 2}', "has the key a more than once"),
        ('{"a": {"b": 1}}', "holds an object in a"),
        ('{"a": [1]}', "holds a list in a"),
        ('{"a": NaN}', "holds NaN, which JSON has no number for"),
        ('{"a": "\\ud800"}', r"holds letters that are no UTF-8"),
        ('{"a": ' + "[" * 100_000, "is nested too deeply"),
    ],
)
def test_a_line_that_is_no_object_of_plain_values_is_refused_by_its_number(
    harness: Harness, line: str, problem: str
) -> None:
    with pytest.raises(PermanentError, match=rf"rows\.jsonl line 3 {problem}") as error:
        read(harness, f'{{"a": 1}}\n\n{line}')
    assert error.value.reason == "UnreadableSource"


def test_a_json_document_is_no_jsonl_and_the_message_names_it(harness: Harness) -> None:
    for text in ('{\n "a": 1\n}\n', '[{"a": 1}]'):
        with pytest.raises(PermanentError, match=r"is JSON: write one object a line \(jsonl\)"):
            read(harness, text)


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


ROW = st.fixed_dictionaries({"a": WORDS.map("w".__add__), "b": st.integers(-(2**63), 2**63 - 1)})


@given(st.lists(ROW, min_size=1, max_size=5))
def test_what_python_writes_is_what_is_read(rows: list[dict[str, Any]]) -> None:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    schema = {"columns": [{"name": "a", "type": "string"}, {"name": "b", "type": "integer"}]}
    with tempfile.TemporaryDirectory() as folder:
        assert read(Harness(Path(folder)), text, schema=schema).to_dict("records") == rows
