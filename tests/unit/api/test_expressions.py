"""Formulas of people: those that are understood, and those that are refused by their place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from colonnade_api.models.expressions import InvalidExpression, names_of, parse
from colonnade_api.models.ownmetrics import OwnMetric


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("5 * fn + fp", {"fn", "fp"}),
        ("mean(abs(y - prediction) > 10)", {"y", "prediction"}),
        ("sum(where(y == 1 and prediction == 0, 100, 1)) / n", {"y", "prediction", "n"}),
        ("-mean(log(max(score, 1e-9)) * y)", {"score", "y"}),
        ("mean(not y == prediction)", {"y", "prediction"}),
    ],
)
def test_arithmetic_over_counts_and_rows_is_understood(expression: str, names: set[str]) -> None:
    assert names_of(parse(expression)) == names


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("5 * ) fn", "no formula at character 5"),
        ("__import__('os').system('true')", "at character 1, __import__"),
        ("(1).__class__", "only numbers, names"),
        ("[x for x in y]", "only numbers, names"),
        ("lambda: 1", "only numbers, names"),
        ("5 * cost", "at character 5, cost: cost is unknown; known are tp, fp"),
        ("median(y)", "known functions are mean, sum"),
        ("mean(y, 2)", "mean takes 1 value, without names"),
        ("max(y)", "max takes 2 values"),
        ("mean(y, axis=0)", "mean takes 1 value"),
        ("abs(y - prediction)", "a number for each row: take mean"),
        ("mean(tp)", "mean is taken over rows"),
        ("mean(0 < y < 1)", "two things at a time"),
        ("mean(y is prediction)", "two things at a time"),
        ("y @ y", "only numbers"),
        ("mean(*y)", "only numbers"),
        ("(" * 250 + "1" + ")" * 250, "no formula"),
        ("-" * 60 + "1", "lie within each other"),
        ("mean", "mean is unknown"),
        ("1j", "only numbers"),
    ],
)
def test_all_else_is_refused_by_its_place(expression: str, words: str) -> None:
    with pytest.raises(InvalidExpression) as refused:
        parse(expression)
    assert words in str(refused.value)


@given(st.text(max_size=60))
def test_no_text_is_anything_but_understood_or_refused(text: str) -> None:
    try:
        parse(text)
    except InvalidExpression:
        return


def test_a_metric_that_isnt_understood_is_refused_with_its_field() -> None:
    with pytest.raises(ValidationError, match="expression"):
        OwnMetric(name="cost", expression="5 * fun", direction="minimize")
