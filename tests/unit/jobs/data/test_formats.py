"""How a declared column is written is told from a sample where the rest confirms it, and else from all values."""

import pytest

from tests.unit.jobs.harness import Answer, Harness

SAMPLE = 20_480


def table(kind: str, first: str, then: str, more: int) -> tuple[str, Answer]:
    """A csv whose sample holds one value, and more rows another one; a spec that sets rows aside."""
    text = "v\n" + f'"{first}"\n' * SAMPLE + f'"{then}"\n' * more
    columns = [{"name": "v", "type": kind}]
    return text, {"schema": {"columns": columns}, "validation": {"onInvalid": "Quarantine", "maxInvalidFraction": 1}}


def outcome(harness: Harness, kind: str, first: str, then: str, more: int) -> tuple[int, str]:
    """How many rows are refused, and how the column is said to be written."""
    text, spec = table(kind, first, then, more)
    answer = harness.dataset(text, **spec)
    return answer["version"]["invalidRows"], harness.report(answer)["reading"]["columns"]["v"]


@pytest.mark.parametrize(
    ("kind", "values", "more", "found"),
    [
        ("number", ("1", "1.234,5"), 1, (0, "number, decimal ,, thousands .")),
        ("number", ("1.5", "1.234,5"), 1, (1, "number, decimal .")),
        ("integer", ("1", "1,234,567"), 10, (0, "integer, decimal ., thousands ,")),
        ("date", ("13/01/2023", "01/14/2023"), 1, (1, "date, dd/mm/yyyy")),
        ("date", ("2023-01-31", "31.01.2023"), 9, (9, "date, yyyy-mm-dd")),
        ("date", ("2023-01-31", "31.01.2023"), SAMPLE + 1, (SAMPLE, "date, dd.mm.yyyy")),
    ],
)
def test_what_comes_after_the_sample_counts(
    harness: Harness, kind: str, values: tuple[str, str], more: int, found: tuple[int, str]
) -> None:
    assert outcome(harness, kind, *values, more) == found


def test_a_date_that_one_late_row_makes_ambiguous_no_more_is_read(harness: Harness) -> None:
    assert outcome(harness, "date", "05/06/2023", "13/06/2023", 1) == (0, "date, dd/mm/yyyy")


def test_a_null_marker_is_no_value_of_the_wrong_type_beside_a_declared_word(harness: Harness) -> None:
    columns = [{"name": "n", "type": "integer", "nullable": True}, {"name": "w", "type": "string"}]
    answer = harness.dataset("n,w\n1,NA\nNA,x\nnull,y\n", schema={"columns": columns})
    assert harness.table(answer).w.tolist() == ["NA", "x", "y"]
    assert harness.table(answer).n.isna().tolist() == [False, True, True]
