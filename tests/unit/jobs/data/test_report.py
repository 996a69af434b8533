"""The report: a profile of each column."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from colonnade_api import pages
from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Harness


def test_a_column_of_numbers_has_a_histogram_of_all_its_values(harness: Harness) -> None:
    report = harness.report(harness.dataset("a\n" + "".join(f"{n}\n" for n in range(100)) + "\n"))
    column = report["columns"][0]
    assert (column["min"], column["max"], column["mean"], column["distinct"]) == (0, 99, 49.5, 100)
    assert sum(column["histogram"]["counts"]) == 100
    assert len(column["histogram"]["edges"]) == len(column["histogram"]["counts"]) + 1


def test_a_column_of_one_value_or_none_has_a_profile_too(harness: Harness) -> None:
    report = harness.report(harness.dataset("a,b\n5,\n5,\n"))
    assert report["columns"][0]["histogram"]["counts"][0] == 2
    assert report["columns"][1]["nulls"] == 2


def test_a_column_of_words_shows_the_most_frequent(harness: Harness) -> None:
    report = harness.report(harness.dataset("a\nx\ny\nx\n"))
    assert report["columns"][0]["top"] == [{"value": "x", "rows": 2}, {"value": "y", "rows": 1}]


def test_the_split_is_sized(harness: Harness) -> None:
    rows = "a\n" + "1\n" * 50
    report = harness.report(harness.dataset(rows, split={"test": 0.1, "seed": 7}))
    assert report["split"] == {"train": 45, "test": 5, "seed": 7}


def test_rows_without_a_time_cant_be_the_latest(harness: Harness) -> None:
    rows = "t,y\n" + "".join(f"{n},{n % 2}\n" for n in range(40)) + ",1\n" * 10
    report = harness.report(harness.dataset(rows, split={"test": 0.2, "timeColumn": "t"}))
    assert (report["split"]["train"], report["split"]["test"]) == (42, 8)


def test_a_continuous_column_has_no_shares_to_keep(harness: Harness) -> None:
    rows = pd.DataFrame({"x": np.random.default_rng(3).normal(size=500), "y": ["a", "b"] * 250})
    with pytest.raises(PermanentError, match=r"spec\.split\.stratifyBy: x has 500 values in 500 rows"):
        harness.dataset(rows, split={"stratifyBy": "x"})
    assert harness.dataset(rows, split={"stratifyBy": "y"})["outcome"] == "NewVersion"


def test_the_numbers_are_those_of_pandas(harness: Harness) -> None:
    random = np.random.default_rng(11)
    rows = pd.DataFrame(
        {"x": random.lognormal(3, 2, 5000), "i": random.integers(-50, 50, 5000), "w": random.choice([*"abc"], 5000)}
    )
    rows.loc[random.random(5000) < 0.1, "x"] = np.nan
    by_name = {column["name"]: column for column in harness.report(harness.dataset(rows))["columns"]}
    for name in ("x", "i"):
        expected, found = rows[name].dropna(), by_name[name]
        assert (found["nulls"], found["distinct"]) == (rows[name].isna().sum(), expected.nunique())
        assert (found["min"], found["max"]) == (expected.min(), expected.max())
        assert (found["mean"], found["stddev"]) == pytest.approx((expected.mean(), expected.std()))
        counts, edges = np.histogram(expected, bins=20)
        assert found["histogram"]["edges"] == pytest.approx(edges.tolist())
        assert sum(found["histogram"]["counts"]) == len(expected)
        assert np.abs(np.array(found["histogram"]["counts"]) - counts).max() <= (0 if name == "x" else 50)
    counted = rows["w"].value_counts()
    assert {top["value"]: top["rows"] for top in by_name["w"]["top"]} == counted.to_dict()


@pytest.mark.parametrize("size", [5e-324, 1e-300, 1e-12, 1.0, 1e150, 1.7e308])
def test_numbers_of_every_size_have_a_spread(harness: Harness, size: float) -> None:
    column = harness.report(harness.dataset(pd.DataFrame({"a": [-size, 0.0, size, None]})))["columns"][0]
    assert (column["min"], column["mean"], column["max"]) == (-size, 0, size)
    assert column["stddev"] == pytest.approx(size)
    assert sum(column["histogram"]["counts"]) == 3
    assert column["histogram"]["edges"][-1] == pytest.approx(size)


def test_where_values_are_missing_is_told_by_parts_of_the_table(harness: Harness) -> None:
    rows = pd.DataFrame({"a": [None if n < 500 else 1.0 for n in range(1000)], "b": range(1000)})
    missing = harness.report(harness.dataset(rows))["missing"]
    assert missing["rows"] == [25] * 40
    assert missing["columns"] == [{"name": "a", "counts": [25] * 20 + [0] * 20}]


def test_the_report_lies_beside_its_page(harness: Harness) -> None:
    answer = harness.dataset("fare,city\n1,Bern\n2,\n")
    page = harness.fetched(answer["version"]["reportUri"]).with_name("report.html")
    assert page.read_text() == pages.dataset_report(
        harness.report(answer), version=answer["version"]["digest"].removeprefix("sha256:")[:10]
    )
    refused = harness.dataset(
        "a\nx\n", schema={"columns": [{"name": "a", "type": "number"}]}, validation={"onInvalid": "Reject"}
    )
    assert "a not a number" in harness.fetched(refused["version"]["reportUri"]).with_name("report.html").read_text()


def test_each_rule_has_its_counts_of_the_versions_before(harness: Harness) -> None:
    spec: dict[str, Any] = {
        "schema": {"columns": [{"name": "a", "type": "number", "max": 9}]},
        "validation": {"onInvalid": "Quarantine", "maxInvalidFraction": 1},
    }
    digests: list[str] = []
    for rows in ("a\n1\n10\n11\n", "a\n2\n10\n", "a\n3\n"):
        answer = harness.dataset(rows, previous=digests[-1] if digests else None, **spec)
        digests.append(answer["version"]["digest"])
    over = next(rule for rule in harness.report(answer)["rules"] if rule["rule"] == "a over 9")
    before = [{"version": d.removeprefix("sha256:")[:10], "rows": n} for d, n in zip(digests[:2], (2, 1), strict=True)]
    assert over["trend"] == before
    assert over["rows"] == 0
