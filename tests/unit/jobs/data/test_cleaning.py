"""Cleaning: what comes before the checks, and what comes after."""

import math
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Harness

LENIENT = {"onInvalid": "Quarantine", "maxInvalidFraction": 1}


def test_the_first_of_equal_rows_stays(harness: Harness) -> None:
    rows = "a,b\n1,x\n1,x\n1,y\n1,x\n"
    assert harness.table(harness.dataset(rows, cleaning=[{"dropDuplicates": {}}]))["b"].tolist() == ["x", "y"]
    by_a = harness.dataset(rows, cleaning=[{"dropDuplicates": {"columns": ["a"]}}])
    assert harness.table(by_a)["b"].tolist() == ["x"]
    assert harness.report(by_a)["duplicateRows"] == 3


def test_dropped_duplicates_dont_break_the_unique_key(harness: Harness) -> None:
    answer = harness.dataset(
        "a\n1\n1\n", schema={"uniqueKey": ["a"]}, cleaning=[{"dropDuplicates": {}}], validation={"onInvalid": "Reject"}
    )
    assert answer["outcome"] == "NewVersion"


def test_blanks_are_trimmed_before_the_rules_look(harness: Harness) -> None:
    schema = {"columns": [{"name": "c", "type": "category", "allowed": ["x"]}]}
    rows = 'n,c\n1," x "\n2,x\n'
    assert harness.dataset(rows, schema=schema, validation=LENIENT)["version"]["rows"] == 1
    assert harness.dataset(rows, schema=schema, cleaning=[{"trim": {}}])["version"]["rows"] == 2
    assert harness.dataset(rows, schema=schema, cleaning=[{"trim": {"columns": ["c"]}}])["version"]["rows"] == 2


@pytest.mark.parametrize(
    ("fill", "expected"),
    [
        ({"strategy": "mean"}, 4.0),
        ({"strategy": "median"}, 2.0),
        ({"strategy": "mode"}, 1.0),
        ({"strategy": "constant", "value": "-7"}, -7.0),
    ],
)
def test_missing_values_are_filled_from_the_valid_rows_alone(
    harness: Harness, fill: dict[str, str], expected: float
) -> None:
    schema = {"columns": [{"name": "a", "type": "number", "max": 100}]}
    rows = "n,a\n1,1\n2,1\n3,2\n4,3\n5,13\n6,\n7,9999\n"
    answer = harness.dataset(
        rows, schema=schema, cleaning=[{"fillMissing": {"column": "a"} | fill}], validation=LENIENT
    )
    table = harness.table(answer)
    assert table["a"].tolist() == [1, 1, 2, 3, 13, expected]
    assert answer["version"]["invalidRows"] == 1


def test_a_word_has_no_mean(harness: Harness) -> None:
    with pytest.raises(PermanentError, match="c is a category, without a mean; use mode"):
        harness.dataset("c\nx\n", cleaning=[{"fillMissing": {"column": "c", "strategy": "mean"}}])


def fill(column: str, strategy: str, **value: str) -> dict[str, Any]:
    return {"fillMissing": {"column": column, "strategy": strategy} | value}


@pytest.mark.parametrize(
    ("values", "mean"),
    [
        ([1e-12, 3e-12, None, 2e-12], 2e-12),
        ([1e30, 3e30, None, 2e30], 2e30),
        ([1.7e308, 1.7e308, None], 1.7e308),
        ([1.7e308, -1.7e308, None], 0.0),
        ([1e-300, 3e-300, None], 2e-300),
        ([1e16, 1.0, -1e16, None], 1 / 3),
        ([1.23456789012e-7, 3e-7, None], 2.11728394506e-07),
        ([0.1, 0.2, 0.3, None], 0.6 / 3),
    ],
)
def test_a_mean_is_right_at_every_size(harness: Harness, values: list[float | None], mean: float) -> None:
    table = harness.table(harness.dataset(pd.DataFrame({"c": values}), cleaning=[fill("c", "mean")]))
    assert table["c"][values.index(None)] == pytest.approx(mean, rel=1e-15, abs=0)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_a_mean_is_the_exact_sum_over_the_count(harness: Harness, values: list[float]) -> None:
    table = harness.table(harness.dataset(pd.DataFrame({"c": [*values, None]}), cleaning=[fill("c", "mean")]))
    exact = sum(map(Fraction, values), Fraction()) / len(values)
    size = max(map(abs, values))
    # Numbers of nine decimals are summed as written: an ulp of each may lie between that and the sum of the doubles.
    assert abs(Fraction(table["c"].iloc[-1]) - exact) <= Fraction(math.ulp(size)) + abs(exact) / 2**51


@pytest.mark.parametrize(
    ("values", "strategy", "expected"),
    [
        ([1, 2, 4, 4, None], "median", 3),
        ([1, 2, None], "median", 2),
        ([-1, -2, None], "median", -2),
        ([1, 2, None], "mean", 2),
        ([-1, -2, None], "mean", -2),
        ([2**62 + 1, 2**62 + 3, None], "mean", 2**62 + 2),
        ([2**63 - 1, 2**63 - 1, None], "mean", 2**63 - 1),
        ([-(2**63), -(2**63), None], "median", -(2**63)),
    ],
)
def test_integers_stay_whole_numbers_halves_away_from_zero(
    harness: Harness, values: list[int | None], strategy: str, expected: int
) -> None:
    rows = pd.DataFrame({"c": pd.array(values, dtype="Int64"), "n": range(len(values))})
    answer = harness.dataset(rows, cleaning=[fill("c", strategy)])
    table = pd.read_parquet(
        harness.fetched(answer["version"]["reportUri"]).parent / "data.parquet", dtype_backend="pyarrow"
    )
    assert table["c"].tolist()[values.index(None)] == expected


def test_the_median_of_two_numbers_as_far_apart_as_can_be_is_a_number(harness: Harness) -> None:
    rows = pd.DataFrame({"c": [1.7e308, -1.6e308, None]})
    table = harness.table(harness.dataset(rows, cleaning=[fill("c", "median")]))
    assert table["c"][2] == pytest.approx(0.05e308)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"trim": {"columns": ["a", "nope"]}}, r"spec\.cleaning\[1\]\.trim\.columns: the source has no column nope"),
        ({"dropDuplicates": {"columns": ["nope"]}}, r"cleaning\[1\]\.dropDuplicates\.columns: .* no column nope"),
        (fill("nope", "mode"), r"cleaning\[1\]\.fillMissing\.column: the source has no column nope"),
        (fill("A", "mode"), r"no column A; did you mean|no column A; there are"),
    ],
)
def test_a_column_that_isnt_there_is_refused_never_passed_over(
    harness: Harness, step: dict[str, Any], said: str
) -> None:
    with pytest.raises(PermanentError, match=said) as error:
        harness.dataset("a,b\n1,x\n", cleaning=[{"trim": {}}, step])
    assert error.value.reason == "SchemaMismatch"


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("number", "abc", r"spec\.cleaning\[0\]\.fillMissing\.value: 'abc' is no number; a is a number"),
        ("number", "inf", "'inf' is no number"),
        ("integer", "1.5", "'1.5' is no whole number; a is a whole number"),
        ("boolean", "perhaps", "'perhaps' is no boolean"),
        ("date", "2023-02-29", "'2023-02-29' is no date"),
    ],
)
def test_a_constant_that_its_column_cant_hold_is_refused(harness: Harness, kind: str, value: str, said: str) -> None:
    schema = {"columns": [{"name": "a", "type": kind, "nullable": True}]}
    with pytest.raises(PermanentError, match=said) as error:
        harness.dataset("a,b\n,1\n", schema=schema, cleaning=[fill("a", "constant", value=value)])
    assert error.value.reason == "InvalidSpec"


def test_a_column_without_one_value_cant_be_filled_by_a_statistic(harness: Harness) -> None:
    rows = "a,b\n,1\n,2\n"
    nullable = harness.dataset(rows, cleaning=[fill("a", "mode")])
    assert harness.table(nullable)["a"].isna().all()
    schema = {"columns": [{"name": "a", "type": "number"}]}
    with pytest.raises(
        PermanentError, match=r"cleaning\[0\]\.fillMissing: a has not one valid value to take the mean of"
    ):
        harness.dataset(rows, schema=schema, cleaning=[fill("a", "mean")])


def test_steps_come_in_the_order_given(harness: Harness) -> None:
    rows = 'a,b\n1,x\n1," x "\n'
    trim: dict[str, Any] = {"trim": {}}
    dedupe: dict[str, Any] = {"dropDuplicates": {}}
    assert harness.table(harness.dataset(rows, cleaning=[trim, dedupe]))["b"].tolist() == ["x"]
    assert harness.table(harness.dataset(rows, cleaning=[dedupe, trim]))["b"].tolist() == ["x", "x"]
    by_a = {"dropDuplicates": {"columns": ["a"]}}
    assert harness.table(harness.dataset(rows, cleaning=[by_a, trim]))["b"].tolist() == ["x"]


def test_of_duplicates_the_first_valid_one_stays(harness: Harness) -> None:
    rows = "id,age\n1,999\n1,20\n1,21\n2,999\n2,998\n3,30\n"
    schema = {"columns": [{"name": "age", "type": "number", "max": 120}]}
    answer = harness.dataset(
        rows, schema=schema, cleaning=[{"dropDuplicates": {"columns": ["id"]}}], validation=LENIENT
    )
    assert harness.table(answer)["age"].tolist() == [20, 30]
    assert harness.quarantine(answer)["age"].tolist() == ["999"]
    assert harness.report(answer)["duplicateRows"] == 3


def test_two_values_that_cant_be_read_are_not_equal_for_that(harness: Harness) -> None:
    rows = "id,age\n1,x\n1,y\n1,x\n1,\n1,5\n"
    schema = {"columns": [{"name": "age", "type": "number", "nullable": True}]}
    answer = harness.dataset(rows, schema=schema, cleaning=[{"dropDuplicates": {}}], validation=LENIENT)
    assert harness.quarantine(answer)["age"].tolist() == ["x", "y"]
    assert answer["version"]["rows"] == 2


def test_the_report_says_what_was_filled(harness: Harness) -> None:
    answer = harness.dataset("a,b\n1,x\n,y\n4,\n", cleaning=[fill("a", "mean"), fill("b", "constant", value="z")])
    assert harness.report(answer)["filled"] == [
        {"column": "a", "strategy": "mean", "value": "3", "rows": 1},
        {"column": "b", "strategy": "constant", "value": "z", "rows": 1},
    ]
