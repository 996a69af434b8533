"""The report: a profile of each column."""

from tests.unit.jobs.desk import Desk


def test_a_column_of_numbers_has_a_histogram_of_all_its_values(desk: Desk) -> None:
    report = desk.report(desk.dataset("a\n" + "".join(f"{n}\n" for n in range(100)) + "\n"))
    column = report["columns"][0]
    assert (column["min"], column["max"], column["mean"], column["distinct"]) == (0, 99, 49.5, 100)
    assert sum(column["histogram"]["counts"]) == 100
    assert len(column["histogram"]["edges"]) == len(column["histogram"]["counts"]) + 1


def test_a_column_of_one_value_or_none_has_a_profile_too(desk: Desk) -> None:
    report = desk.report(desk.dataset("a,b\n5,\n5,\n"))
    assert report["columns"][0]["histogram"]["counts"][0] == 2
    assert report["columns"][1]["nulls"] == 2


def test_a_column_of_words_shows_the_most_frequent(desk: Desk) -> None:
    report = desk.report(desk.dataset("a\nx\ny\nx\n"))
    assert report["columns"][0]["top"] == [{"value": "x", "rows": 2}, {"value": "y", "rows": 1}]


def test_the_split_is_sized(desk: Desk) -> None:
    rows = "a\n" + "1\n" * 50
    report = desk.report(desk.dataset(rows, split={"test": 0.1, "seed": 7}))
    assert report["split"] == {"train": 45, "test": 5, "seed": 7}
