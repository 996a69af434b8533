"""What a source's next rows do that its last ones didn't is said, and is no crash."""

from pathlib import Path
from typing import Any

import pytest

from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Harness

FLIGHTS = "tail_num,dep_delay,flown\nN1,3,31/12/2023\nN2,-4,15/01/2024\n"
MORE = " (and 1 more in the report)"
DELAYS = ({"name": "dep_delay", "type": "integer"},)


def second_look(harness: Harness, rows: str, first: str = FLIGHTS, columns: tuple[Any, ...] = ()) -> tuple[str, str]:
    """The digest of the version before as messages have it, and the answer's message."""
    schema = {"columns": columns}
    previous = harness.dataset(first, schema=schema)["version"]["digest"]
    return previous[:17], harness.dataset(rows, previous=previous, schema=schema)["message"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("dep_delay,flown\n3,31/12/2023\n", "column tail_num is gone"),
        ("tail_num,dep_delay,flown,gate\nN1,3,31/12/2023,B\n", "column gate is new"),
        (
            "tail_num,dep_delay,flown\nN1,3,31/12/2023\nN2,late,30/11/2023\n",
            "dep_delay was integer, is category now (first: row 2)",
        ),
        ("tail_num,dep_delay,flown\nN1,3.5,31/12/2023\n", "dep_delay was integer, is number now"),
        (
            "tail_num,dep_delay,flown\nN1,3,12/31/2023\n",
            "flown was written as date, dd/mm/yyyy, is date, mm/dd/yyyy now",
        ),
        ("tail_num;dep_delay;flown\nN1;3;31/12/2023\n", "the files' delimiter was ',', is ';' now"),
    ],
)
def test_what_changed_since_the_version_before_is_said(harness: Harness, rows: str, said: str) -> None:
    before, message = second_look(harness, rows)
    assert message.removesuffix(MORE).endswith(f". Since version {before}: {said}")


def test_several_changes_are_one_sentence_and_stand_in_the_report(harness: Harness) -> None:
    before = harness.dataset(FLIGHTS)["version"]["digest"]
    answer = harness.dataset("dep_delay,flown,gate\n3.5,31/12/2023,B\n", previous=before)
    changed = "column tail_num is gone; column gate is new; dep_delay was integer, is number now"
    said = f"Since version {before[:17]}: {changed}"
    assert harness.report(answer)["reading"]["notes"] == [said]
    assert said in answer["message"]


def test_more_rows_alike_are_no_change_of_the_contract(harness: Harness) -> None:
    _, message = second_look(harness, FLIGHTS + "N3,5,20/02/2024\n")
    assert "Since" not in message


def test_a_column_that_had_no_values_yet_changes_nothing_by_having_some(harness: Harness) -> None:
    _, message = second_look(harness, "a,b\n1,5\n", first="a,b\n1,\n")
    assert "Since" not in message


def test_rows_that_are_refused_say_what_changed_too(harness: Harness) -> None:
    before, message = second_look(harness, "dep_delay,flown\nlate,31/12/2023\n", columns=DELAYS)
    assert "break a rule" in message
    assert message.endswith(f". Since version {before}: column tail_num is gone")


def test_a_declared_column_that_is_gone_is_no_version(harness: Harness) -> None:
    with pytest.raises(PermanentError, match="the source has no column dep_delay") as error:
        second_look(harness, "tail_num\nN1\n", columns=DELAYS)
    assert error.value.reason == "SchemaMismatch"


def test_a_version_that_is_away_says_that_nothing_was_compared(harness: Harness) -> None:
    away = f"sha256:{'0' * 64}"
    message = harness.dataset(FLIGHTS, previous=away)["message"]
    assert f"What changed since version {away[:17]} is unknown: the store has no dataset version" in message


def test_what_changed_is_said_before_what_only_warns(harness: Harness) -> None:
    before = harness.dataset("a,b\n1,2\n")["version"]["digest"]
    warns = {"rules": [{"name": "large", "expression": "a > 5", "action": "Warn"}]}
    message = harness.dataset("a,c\n1,2\n", previous=before, validation=warns)["message"]
    assert message.endswith(f". Since version {before[:17]}: column b is gone; column c is new{MORE}")


def test_a_table_of_one_column_has_no_delimiter_that_could_change(harness: Harness) -> None:
    assert second_look(harness, "b\n1\n", first="a,b\n1,2\n")[1].endswith(": column a is gone")


def test_the_message_that_the_page_shows_is_a_jobs(harness: Harness) -> None:
    delays = [str(n) for n in range(40)]
    first = "tail_num,dep_delay\n" + "".join(f"N{delay},{delay}\n" for delay in delays)
    _, message = second_look(harness, "dep_delay\n" + "\n".join([*delays[:16], "late", *delays[17:]]) + "\n", first)
    assert f"```text\n{message}\n```" in Path("docs/data/reading.md").read_text()
