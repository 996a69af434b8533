"""Rows against rules: what is kept, what is set aside, and what is said of it."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colonnade_jobs.refusals import Refusal
from tests.unit.jobs.desk import Desk

ROWS = "id,age,city\n1,20,Bern\n2,,Genf\n3,200,Bern\n4,x,Chur\n4,30,Bern\n"
LENIENT = {"onInvalid": "Quarantine", "maxInvalidFraction": 1}


def columns(*found: dict[str, Any], **schema: Any) -> dict[str, Any]:
    return {"columns": list(found)} | schema


def rules(report: dict[str, Any]) -> dict[str, int]:
    return {rule["rule"]: rule["rows"] for rule in report["rules"] if rule["rows"]}


AGE = {"name": "age", "type": "number", "max": 120}
CITY = {"name": "city", "type": "category", "allowed": ["Bern", "Chur"]}


def test_each_rule_counts_the_rows_that_break_it_and_shows_some(desk: Desk) -> None:
    answer = desk.dataset(ROWS, schema=columns(AGE, CITY, uniqueKey=["id"]), validation=LENIENT)
    report = desk.report(answer)
    assert rules(report) == {
        "age missing": 1,
        "age over 120": 1,
        "age not a number": 1,
        "city not allowed": 1,
        "id repeated": 1,
    }
    assert next(rule for rule in report["rules"] if rule["rule"] == "age not a number")["examples"] == ["x"]


def test_bad_rows_are_set_aside_as_the_source_has_them_with_the_reasons(desk: Desk) -> None:
    answer = desk.dataset(ROWS, schema=columns(AGE, CITY, uniqueKey=["id"]), validation=LENIENT)
    aside = desk.quarantine(answer)
    reasons = ["age missing; city not allowed", "age over 120", "age not a number", "id repeated"]
    assert aside["reasons"].tolist() == reasons
    assert list(aside["age"][:3].fillna("")) == ["", "200", "x"]
    assert desk.table(answer)["id"].tolist() == [1]


def test_over_the_limit_there_is_no_version_but_a_report_that_says_which_rule_hit_most(desk: Desk) -> None:
    rows = "a\n" + "5\n" * 98 + "2000\n" * 2
    answer = desk.dataset(rows, schema=columns({"name": "a", "type": "number", "max": 1500}))
    assert (answer["outcome"], answer["reason"]) == ("Invalid", "TooManyInvalidRows")
    assert answer["message"] == (
        "2 % of 100 rows break a rule (limit 1 %); most: a over 1500 (2 rows). "
        "See the report: kubectl colonnade report dset/rows"
    )
    assert answer["version"]["digest"] is None
    assert len(desk.quarantine(answer)) == 2
    assert desk.report(answer)["invalidRows"] == 2


def test_reject_takes_not_one_bad_row(desk: Desk) -> None:
    rows = "a\n" + "5\n" * 999 + "x\n"
    schema = columns({"name": "a", "type": "number"})
    assert desk.dataset(rows, schema=schema)["outcome"] == "NewVersion"
    assert desk.dataset(rows, schema=schema, validation={"onInvalid": "Reject"})["outcome"] == "Invalid"


@pytest.mark.parametrize(
    ("type_", "good", "bad"),
    [
        ("number", ["1", "1.5", "1e3", "-0"], ["x", "inf", "1,5"]),
        ("integer", ["1", "-7", "1e3"], ["1.5", "x"]),
        ("boolean", ["true", "false", "1", "0", "yes"], ["2", "x"]),
        ("date", ["2024-02-29", "2024-02-29 12:30:00", "2024-02-29T12:30:00+02:00"], ["2023-02-29", "x"]),
        ("category", ["x", "2"], []),
    ],
)
def test_a_value_has_its_type_or_breaks_the_rule(desk: Desk, type_: str, good: list[str], bad: list[str]) -> None:
    rows = "n,a\n" + "".join(f'{n},"{value}"\n' for n, value in enumerate([*good, *bad]))
    answer = desk.dataset(rows, schema=columns({"name": "a", "type": type_}), validation=LENIENT)
    assert answer["version"]["rows"] == len(good)
    assert desk.quarantine(answer)["a"].tolist() == bad


def test_a_time_of_day_elsewhere_is_taken_to_utc(desk: Desk) -> None:
    answer = desk.dataset("a\n2024-03-01T01:00:00+02:00\n", schema=columns({"name": "a", "type": "date"}))
    assert desk.table(answer)["a"].tolist() == [pd.Timestamp("2024-02-29T23:00:00")]


def test_a_pattern_is_searched_and_must_be_one(desk: Desk) -> None:
    rows = "a\nN123\nD42\n"
    kept = desk.dataset(rows, schema=columns({"name": "a", "type": "string", "pattern": "^N"}), validation=LENIENT)
    assert kept["version"]["rows"] == 1
    with pytest.raises(Refusal, match=r"spec\.schema: a rule doesn't fit its column"):
        desk.dataset(rows, schema=columns({"name": "a", "type": "string", "pattern": "("}))


def test_a_column_that_the_source_lacks_is_named_with_what_is_close(desk: Desk) -> None:
    with pytest.raises(Refusal, match="no column agee; did you mean age") as refusal:
        desk.dataset(ROWS, schema=columns({"name": "agee", "type": "number"}))
    assert refusal.value.reason == "SchemaMismatch"


def test_what_isnt_declared_is_inferred_and_recorded(desk: Desk) -> None:
    text = "a quick brown fox number"
    rows = "n,x,b,d,c,t\n" + "".join(
        f"{n},{n}.5,{str(n % 2 == 0).lower()},2024-01-{n + 1:02d},{'ab'[n % 2]},{text} {n}\n" for n in range(20)
    )
    report = desk.report(desk.dataset(rows))
    assert {column["name"]: column["type"] for column in report["columns"]} == {
        "n": "integer",
        "x": "number",
        "b": "boolean",
        "d": "date",
        "c": "category",
        "t": "text",
    }


def test_missing_has_many_spellings(desk: Desk) -> None:
    answer = desk.dataset('a,b\n1,x\n,""\nNA,NA\nnan,null\n')
    assert desk.table(answer).isna().sum().to_dict() == {"a": 3, "b": 3}


def test_quotes_in_names_and_values_are_values(desk: Desk) -> None:
    schema = columns({"name": 'it\'s "it"', "type": "category", "allowed": ["o'clock"]})
    answer = desk.dataset('"it\'s ""it"""\no\'clock\n', schema=schema)
    assert answer["version"]["rows"] == 1


cells = st.one_of(st.none(), st.integers(-50, 250).map(str), st.sampled_from(["x", "NaN", "1.5", " 7"]))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.tuples(cells, st.sampled_from("abc")), min_size=1, max_size=30))
def test_every_row_is_kept_or_set_aside_and_no_kept_row_breaks_a_rule(desk: Desk, values: list[Any]) -> None:
    rows = "n,a,c\n" + "".join(f"{n},{'' if a is None else a},{c}\n" for n, (a, c) in enumerate(values))
    schema = columns(
        {"name": "a", "type": "integer", "min": 0, "max": 120, "nullable": True},
        {"name": "c", "type": "category", "allowed": ["a", "b"]},
    )
    answer = desk.dataset(rows, schema=schema, validation=LENIENT)
    aside = set(desk.quarantine(answer)["n"].astype(int))
    if answer["outcome"] == "Invalid":  # not one row was left
        assert aside == set(range(len(values)))
        return
    kept = desk.table(answer)
    assert aside | set(kept["n"]) == set(range(len(values)))
    assert aside.isdisjoint(kept["n"])
    assert kept["a"].dropna().between(0, 120).all()
    assert set(kept["c"]) <= {"a", "b"}
