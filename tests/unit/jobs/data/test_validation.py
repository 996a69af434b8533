"""Rows against rules: what is kept, what is set aside, and what is said of it."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Harness

ROWS = "id,age,city\n1,20,Bern\n2,,Genf\n3,200,Bern\n4,x,Chur\n1,30,Bern\n"
LENIENT = {"onInvalid": "Quarantine", "maxInvalidFraction": 1}


def columns(*found: dict[str, Any], **schema: Any) -> dict[str, Any]:
    return {"columns": list(found)} | schema


def rules(report: dict[str, Any]) -> dict[str, int]:
    return {rule["rule"]: rule["rows"] for rule in report["rules"] if rule["rows"]}


AGE = {"name": "age", "type": "number", "max": 120}
CITY = {"name": "city", "type": "category", "allowed": ["Bern", "Chur"]}


def test_each_rule_counts_the_rows_that_break_it_and_shows_some(harness: Harness) -> None:
    answer = harness.dataset(ROWS, schema=columns(AGE, CITY, uniqueKey=["id"]), validation=LENIENT)
    report = harness.report(answer)
    assert rules(report) == {
        "age missing": 1,
        "age over 120": 1,
        "age not a number": 1,
        "city not allowed": 1,
        "id repeated": 1,
    }
    assert next(rule for rule in report["rules"] if rule["rule"] == "age not a number")["examples"] == ["x"]


def test_bad_rows_are_set_aside_as_the_source_has_them_with_the_reasons(harness: Harness) -> None:
    answer = harness.dataset(ROWS, schema=columns(AGE, CITY, uniqueKey=["id"]), validation=LENIENT)
    aside = harness.quarantine(answer)
    reasons = ["age missing; city not allowed", "age over 120", "age not a number", "id repeated"]
    assert aside["reasons"].tolist() == reasons
    assert list(aside["age"][:3].fillna("")) == ["", "200", "x"]
    assert harness.table(answer)["id"].tolist() == [1]


def test_a_row_that_breaks_a_rule_doesnt_take_its_unique_twin_with_it(harness: Harness) -> None:
    schema = columns(AGE, uniqueKey=["id"])
    answer = harness.dataset("id,age\n1,999\n1,20\n1,21\n1,998\n2,30\n", schema=schema, validation=LENIENT)
    assert harness.table(answer)["age"].tolist() == [20, 30]
    assert harness.quarantine(answer)["reasons"].tolist() == [
        "age over 120",
        "id repeated",
        "age over 120; id repeated",
    ]


def test_nor_does_a_row_that_repeats_another_in_one_key_take_its_twin_in_another(harness: Harness) -> None:
    schema = columns(
        {"name": "a", "type": "integer", "unique": True},
        {"name": "b", "type": "string", "unique": True},
        uniqueKey=["c"],
    )
    rows = "a,b,c\n1,x,1\n2,x,2\n2,y,3\n3,y,4\n4,z,3\n4,v,9\n"
    answer = harness.dataset(rows, schema=schema, validation=LENIENT)
    assert harness.table(answer)["c"].tolist() == [1, 3, 9]
    assert harness.quarantine(answer)["reasons"].tolist() == ["b repeated", "b repeated", "c repeated"]


def test_missing_values_repeat_nothing(harness: Harness) -> None:
    answer = harness.dataset(
        "id,x\n,1\n,2\n3,3\n", schema=columns(uniqueKey=["id"]), validation={"onInvalid": "Reject"}
    )
    assert answer["version"]["rows"] == 3


keyed = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 200)), min_size=1, max_size=20)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=keyed)
def test_of_rows_of_one_key_the_first_that_is_valid_is_kept(harness: Harness, rows: list[tuple[int, int, int]]) -> None:
    schema = columns({"name": "a", "type": "integer", "unique": True}, AGE, uniqueKey=["b"])
    text = "a,b,age\n" + "".join(f"{a},{b},{age}\n" for a, b, age in rows)
    answer = harness.dataset(text, schema=schema, validation=LENIENT)
    kept: list[tuple[int, int, int]] = []
    for a, b, age in rows:
        if age <= 120 and all(a != one and b != other for one, other, _ in kept):
            kept.append((a, b, age))
    found = harness.table(answer).astype(int).to_numpy().tolist() if answer["outcome"] != "Invalid" else []
    assert [tuple(row) for row in found] == kept


@pytest.mark.parametrize(
    ("type_", "max_", "values", "kept"),
    [
        ("integer", 2**53, [2**53, 2**53 + 1], [2**53]),
        ("integer", 1e16, [10**16, 10**16 + 1], [10**16]),
        ("integer", 1.5, [1, 2], [1]),
        ("number", 0.3, [0.1, 0.30000000000000004, 0.3], [0.1, 0.3]),
        ("number", 1234567, [1234567, 1234568], [1234567]),
    ],
)
def test_a_bound_is_held_to_the_last_digit(
    harness: Harness, type_: str, max_: float, values: list[float], kept: list[float]
) -> None:
    rows = "a\n" + "".join(f"{value!r}\n" for value in values)
    answer = harness.dataset(rows, schema=columns({"name": "a", "type": type_, "max": max_}), validation=LENIENT)
    assert harness.table(answer)["a"].tolist() == kept


@pytest.mark.parametrize(
    ("max_", "said"), [(1234567, "a over 1234567"), (0.1, "a over 0.1"), (1500000.5, "a over 1500000.5")]
)
def test_a_bound_is_said_in_full(harness: Harness, max_: float, said: str) -> None:
    answer = harness.dataset(
        "a\n0\n9000000\n", schema=columns({"name": "a", "type": "number", "max": max_}), validation=LENIENT
    )
    assert harness.quarantine(answer)["reasons"].tolist() == [said]


@pytest.mark.parametrize(
    ("bad", "said"),
    [(2, "100 % of 2 rows"), (1, "50 % of 2 rows"), (1999, "99.9 % of 2,000 rows"), (1, "0.05 % of 2,000")],
)
def test_shares_are_said_as_people_write_them(harness: Harness, bad: int, said: str) -> None:
    total = int(said.partition(" of ")[2].partition(" ")[0].replace(",", ""))
    rows = "a\n" + "x\n" * bad + "5\n" * (total - bad)
    answer = harness.dataset(
        rows, schema=columns({"name": "a", "type": "number"}), validation={"maxInvalidFraction": 0.0001}
    )
    assert answer["message"].startswith(f"{said}")
    assert "(limit 0.01 %)" in answer["message"]


def test_over_the_limit_there_is_no_version_but_a_report_that_says_which_rule_hit_most(harness: Harness) -> None:
    rows = "a\n" + "5\n" * 98 + "2000\n" * 2
    answer = harness.dataset(rows, schema=columns({"name": "a", "type": "number", "max": 1500}))
    assert (answer["outcome"], answer["reason"]) == ("Invalid", "TooManyInvalidRows")
    assert answer["message"] == (
        "2 % of 100 rows break a rule (limit 1 %); most: a over 1500 (2 rows). "
        "See the report: kubectl colonnade report dset/rows"
    )
    assert answer["version"]["digest"] is None
    assert len(harness.quarantine(answer)) == 2
    assert harness.report(answer)["invalidRows"] == 2


def test_reject_takes_not_one_bad_row(harness: Harness) -> None:
    rows = "a\n" + "5\n" * 999 + "x\n"
    schema = columns({"name": "a", "type": "number"})
    assert harness.dataset(rows, schema=schema)["outcome"] == "NewVersion"
    assert harness.dataset(rows, schema=schema, validation={"onInvalid": "Reject"})["outcome"] == "Invalid"


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
def test_a_value_has_its_type_or_breaks_the_rule(harness: Harness, type_: str, good: list[str], bad: list[str]) -> None:
    rows = "n,a\n" + "".join(f'{n},"{value}"\n' for n, value in enumerate([*good, *bad]))
    answer = harness.dataset(rows, schema=columns({"name": "a", "type": type_}), validation=LENIENT)
    assert answer["version"]["rows"] == len(good)
    assert harness.quarantine(answer)["a"].tolist() == bad


def test_a_time_of_day_elsewhere_is_taken_to_utc(harness: Harness) -> None:
    answer = harness.dataset("a\n2024-03-01T01:00:00+02:00\n", schema=columns({"name": "a", "type": "date"}))
    assert harness.table(answer)["a"].tolist() == [pd.Timestamp("2024-02-29T23:00:00")]


def test_a_pattern_is_searched_and_must_be_one(harness: Harness) -> None:
    rows = "a\nN123\nD42\n"
    kept = harness.dataset(rows, schema=columns({"name": "a", "type": "string", "pattern": "^N"}), validation=LENIENT)
    assert kept["version"]["rows"] == 1
    with pytest.raises(PermanentError, match=r"spec\.schema: a rule doesn't fit its column"):
        harness.dataset(rows, schema=columns({"name": "a", "type": "string", "pattern": "("}))


def test_a_column_that_the_source_lacks_is_named_with_what_is_close(harness: Harness) -> None:
    with pytest.raises(PermanentError, match="no column agee; did you mean age") as error:
        harness.dataset(ROWS, schema=columns({"name": "agee", "type": "number"}))
    assert error.value.reason == "SchemaMismatch"


def test_what_isnt_declared_is_inferred_and_recorded(harness: Harness) -> None:
    text = "a quick brown fox number"
    rows = "n,x,b,d,c,t\n" + "".join(
        f"{n},{n}.5,{str(n % 2 == 0).lower()},2024-01-{n + 1:02d},{'ab'[n % 2]},{text} {n}\n" for n in range(20)
    )
    report = harness.report(harness.dataset(rows))
    assert {column["name"]: column["type"] for column in report["columns"]} == {
        "n": "integer",
        "x": "number",
        "b": "boolean",
        "d": "date",
        "c": "category",
        "t": "text",
    }


def test_missing_has_many_spellings(harness: Harness) -> None:
    answer = harness.dataset('a,b\n1,x\n,""\nNA,NA\nnan,null\n')
    assert harness.table(answer).isna().sum().to_dict() == {"a": 3, "b": 3}


def test_quotes_in_names_and_values_are_values(harness: Harness) -> None:
    schema = columns({"name": 'it\'s "it"', "type": "category", "allowed": ["o'clock"]})
    answer = harness.dataset('"it\'s ""it"""\no\'clock\n', schema=schema)
    assert answer["version"]["rows"] == 1


cells = st.one_of(st.none(), st.integers(-50, 250).map(str), st.sampled_from(["x", "NaN", "1.5", " 7"]))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.tuples(cells, st.sampled_from("abc")), min_size=1, max_size=30))
def test_every_row_is_kept_or_set_aside_and_no_kept_row_breaks_a_rule(harness: Harness, values: list[Any]) -> None:
    rows = "n,a,c\n" + "".join(f"{n},{'' if a is None else a},{c}\n" for n, (a, c) in enumerate(values))
    schema = columns(
        {"name": "a", "type": "integer", "min": 0, "max": 120, "nullable": True},
        {"name": "c", "type": "category", "allowed": ["a", "b"]},
    )
    answer = harness.dataset(rows, schema=schema, validation=LENIENT)
    aside = set(harness.quarantine(answer)["n"].astype(int))
    if answer["outcome"] == "Invalid":  # not one row was left
        assert aside == set(range(len(values)))
        return
    kept = harness.table(answer)
    assert aside | set(kept["n"]) == set(range(len(values)))
    assert aside.isdisjoint(kept["n"])
    assert kept["a"].dropna().between(0, 120).all()
    assert set(kept["c"]) <= {"a", "b"}
