"""Rules across columns: expressions over one row, what they may say, and what is done with rows that break them."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Answer, Harness

FLIGHTS = "dep,arr,carrier\n5,7,AA\n9,8,BB\n,3,AA\n4,4,CC\n"


def rule(expression: str, name: str = "checked", **more: Any) -> Answer:
    return {"name": name, "expression": expression} | more


def checked(*rules: Answer, **more: Any) -> Answer:
    return {"rules": list(rules), "maxInvalidFraction": 1} | more


def outcome(harness: Harness, answer: Answer, name: str = "checked") -> Answer:
    found: Answer = next(each for each in harness.report(answer)["rules"] if each["rule"] == name)
    return found


def test_rows_that_break_a_rule_are_set_aside_with_its_name_and_missing_values_pass(harness: Harness) -> None:
    answer = harness.dataset(FLIGHTS, validation=checked(rule("arr > dep", "arrives-after")))
    assert harness.table(answer)["arr"].tolist() == [7, 3]
    assert harness.quarantine(answer)["reasons"].tolist() == ["arrives-after", "arrives-after"]
    found = outcome(harness, answer, "arrives-after")
    assert (found["column"], found["rows"], found["action"]) == ("dep, arr", 2, "Quarantine")
    assert found["examples"] == ["dep=4, arr=4", "dep=9, arr=8"]


def test_a_rule_that_warns_keeps_the_rows_and_is_named_in_the_answer(harness: Harness) -> None:
    answer = harness.dataset(FLIGHTS, validation=checked(rule("arr > dep", action="Warn")))
    assert (answer["outcome"], answer["version"]["rows"], answer["version"]["invalidRows"]) == ("NewVersion", 4, 0)
    assert "2 of 4 rows break checked, which only warns" in answer["message"]
    found = outcome(harness, answer)
    assert (found["rows"], found["action"]) == (2, "Warn")
    assert len(found["examples"]) == 2


def test_rows_that_are_set_aside_are_warned_of_no_more(harness: Harness) -> None:
    rules = (rule("arr > dep"), rule("dep < 5", "early", action="Warn"))
    answer = harness.dataset(FLIGHTS, validation=checked(*rules))
    assert (outcome(harness, answer)["rows"], outcome(harness, answer, "early")["rows"]) == (2, 1)


def test_a_warning_that_hits_most_isnt_named_as_the_reason_of_a_refusal(harness: Harness) -> None:
    rules = (rule("arr > 100", "warned", action="Warn"), rule("arr > dep"))
    answer = harness.dataset(FLIGHTS, validation={"rules": list(rules), "maxInvalidFraction": 0.1})
    assert answer["reason"] == "TooManyInvalidRows"
    assert "most: checked (2 rows)" in answer["message"]


@pytest.mark.parametrize(
    "expression",
    [
        "(SELECT count(*) FROM raw) > 1",
        "sum(arr) > 3",
        "row_number() OVER () > 1",
        "now() > DATE '2020-01-01'",
        "random() > 0.5",
        "read_text('/etc/passwd') = ''",
        "getenv('HOME') = ''",
        "current_setting('threads') = '1'",
        "nextval('s') > 1",
        "arr > 1; DROP TABLE raw",
        "arr > 1 FROM raw",
        "arr > 1, dep > 1",
        "arr",
        "carrier > 3",
        "arr >",
        "EXISTS (FROM raw)",
        "arr IN (FROM raw)",
        "? > 1",
        "COLUMNS(*) > 1",
        "true",
    ],
)
def test_what_isnt_a_condition_on_one_row_is_refused_with_its_place(harness: Harness, expression: str) -> None:
    with pytest.raises(PermanentError, match=r"spec\.validation\.rules\[0\]\.expression: ") as refused:
        harness.dataset(FLIGHTS, validation=checked(rule(expression)))
    assert refused.value.reason == "InvalidSpec"


def test_an_unknown_column_comes_with_those_that_were_meant(harness: Harness) -> None:
    with pytest.raises(PermanentError, match=r"no column carier; did you mean carrier"):
        harness.dataset(FLIGHTS, validation=checked(rule("carier = 'AA'")))


@pytest.mark.parametrize(
    ("rows", "expression", "row"),
    [
        ("a\n1\n9223372036854775807\n", "a * a > 0", 2),
        ("a,b\nx,1\n7,2\n", "CAST(a AS INTEGER) > 5", 1),
        ("a\n1\n2\n400\n", "CAST(a AS TINYINT) > 0", 3),
    ],
)
def test_a_rule_that_cant_be_computed_names_the_row_and_none_of_its_values(
    harness: Harness, rows: str, expression: str, row: int
) -> None:
    with pytest.raises(PermanentError, match=rf"rules\[0\] checked: it can't be computed on row {row} ") as refused:
        harness.dataset(rows, validation=checked(rule(expression)))
    assert refused.value.reason == "RuleUnusable"
    assert "9223372036854775807" not in refused.value.message


def test_a_rule_that_guards_itself_can_be_computed(harness: Harness) -> None:
    answer = harness.dataset("a,b\nx,1\n7,2\n", validation=checked(rule("TRY_CAST(a AS INTEGER) > 9")))
    assert harness.table(answer)["a"].tolist() == ["x"]


def test_other_rules_make_another_version_of_the_same_rows(harness: Harness) -> None:
    digests = {
        harness.dataset(FLIGHTS, validation=checked(*rules))["version"]["digest"]
        for rules in ((), (rule("arr > 0"),), (rule("arr > 1"),))
    }
    assert len(digests) == 3


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(str.strip))
def test_a_column_of_any_name_can_be_spoken_of(harness: Harness, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    rows = pd.DataFrame({name: [1, -1], "другое": [0, 0]})
    answer = harness.dataset(rows, validation=checked(rule(f"{quoted} > 0")))
    assert harness.table(answer)[name].tolist() == [1]


@pytest.mark.parametrize("name", ["select", "order", "c1", "reasons", "current_date", "row_id", "unit price", "a.b"])
def test_nor_does_a_keyword_or_a_name_of_ours_mean_something_else(harness: Harness, name: str) -> None:
    rows = pd.DataFrame({"other": [-5, 5], name: [1, -1]})
    answer = harness.dataset(rows, validation=checked(rule(f'"{name}" > 0')))
    assert harness.table(answer)[name].tolist() == [1]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.one_of(st.none(), st.integers(-9, 9)), st.one_of(st.none(), st.integers(-9, 9))),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from([("a > b", "gt"), ("a + b <> 0", "sum"), ("a BETWEEN -3 AND b", "between")]),
)
def test_the_same_rows_break_it_as_by_plain_python(
    harness: Harness, rows: list[tuple[int | None, int | None]], case: tuple[str, str]
) -> None:
    expression, kind = case
    holds = {
        "gt": lambda a, b: a > b,
        "sum": lambda a, b: a + b != 0,
        "between": lambda a, b: -3 <= a <= b,
    }[kind]
    frame = pd.DataFrame(rows, columns=["a", "b"], dtype="Int64")
    broken = [a is not None and b is not None and not holds(a, b) for a, b in rows]
    if kind == "between":
        broken = [_fails_between(a, b) for a, b in rows]
    answer = harness.dataset(frame, validation=checked(rule(expression)))
    assert outcome(harness, answer)["rows"] == sum(broken)


def _fails_between(a: int | None, b: int | None) -> bool:
    return a is not None and (a < -3 or (b is not None and a > b))
