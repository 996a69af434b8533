"""Cleaning: what comes before the checks, and what comes after."""

import pytest

from colonnade_jobs.refusals import Refusal
from tests.unit.jobs.desk import Desk

LENIENT = {"onInvalid": "Quarantine", "maxInvalidFraction": 1}


def test_the_first_of_equal_rows_stays(desk: Desk) -> None:
    rows = "a,b\n1,x\n1,x\n1,y\n1,x\n"
    assert desk.table(desk.dataset(rows, cleaning=[{"dropDuplicates": {}}]))["b"].tolist() == ["x", "y"]
    by_a = desk.dataset(rows, cleaning=[{"dropDuplicates": {"columns": ["a"]}}])
    assert desk.table(by_a)["b"].tolist() == ["x"]
    assert desk.report(by_a)["duplicateRows"] == 3


def test_dropped_duplicates_dont_break_the_unique_key(desk: Desk) -> None:
    answer = desk.dataset(
        "a\n1\n1\n", schema={"uniqueKey": ["a"]}, cleaning=[{"dropDuplicates": {}}], validation={"onInvalid": "Reject"}
    )
    assert answer["outcome"] == "NewVersion"


def test_blanks_are_trimmed_before_the_rules_look(desk: Desk) -> None:
    schema = {"columns": [{"name": "c", "type": "category", "allowed": ["x"]}]}
    rows = 'n,c\n1," x "\n2,x\n'
    assert desk.dataset(rows, schema=schema, validation=LENIENT)["version"]["rows"] == 1
    assert desk.dataset(rows, schema=schema, cleaning=[{"trim": {}}])["version"]["rows"] == 2
    assert desk.dataset(rows, schema=schema, cleaning=[{"trim": {"columns": ["c"]}}])["version"]["rows"] == 2


@pytest.mark.parametrize(
    ("fill", "expected"),
    [
        ({"strategy": "mean"}, 4.0),
        ({"strategy": "median"}, 2.0),
        ({"strategy": "mode"}, 1.0),
        ({"strategy": "constant", "value": "-7"}, -7.0),
    ],
)
def test_missing_values_are_filled_from_the_valid_rows_alone(desk: Desk, fill: dict[str, str], expected: float) -> None:
    schema = {"columns": [{"name": "a", "type": "number", "max": 100}]}
    rows = "n,a\n1,1\n2,1\n3,2\n4,3\n5,13\n6,\n7,9999\n"
    answer = desk.dataset(rows, schema=schema, cleaning=[{"fillMissing": {"column": "a"} | fill}], validation=LENIENT)
    table = desk.table(answer)
    assert table["a"].tolist() == [1, 1, 2, 3, 13, expected]
    assert answer["version"]["invalidRows"] == 1


def test_a_word_has_no_mean(desk: Desk) -> None:
    with pytest.raises(Refusal, match="c is a category, without a mean; use mode"):
        desk.dataset("c\nx\n", cleaning=[{"fillMissing": {"column": "c", "strategy": "mean"}}])
