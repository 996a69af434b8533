"""The numbers of a comparison are those that pandas and scipy have for the same tables."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from colonnade_jobs.population_stability import stability_index
from tests.unit.jobs.keeper import MORE, ROWS, Keeper

KEYED = {"uniqueKey": ["id"], "columns": [{"name": "id", "type": "integer"}]}


def compared(keeper: Keeper, before: str, after: str) -> dict[str, Any]:
    answer = keeper.keep("Diff", before=before, after=after)
    said, page = (
        keeper.store.get(str(uri).removeprefix(keeper.store.uri(""))) for uri in (answer.report_uri, answer.page_uri)
    )
    found: dict[str, Any] = json.loads(said)
    return found | {"message": answer.message, "page": page.decode()}


def column(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in found["columns"] if each["name"] == name)


def test_rows_are_matched_by_their_key(keeper: Keeper) -> None:
    found = compared(keeper, keeper.collected(ROWS, schema=KEYED), keeper.collected(MORE, schema=KEYED))
    assert found["rows"] == {
        "key": ["id"],
        "added": 2,
        "removed": 1,
        "changed": 1,
        "unchanged": 1,
        "changedBy": {"age": 1},
    }
    assert found["message"].startswith("2 rows added, 1 removed, 1 changed; the schema is the same; moved most: ")


def test_rows_without_a_key_are_counted_as_often_as_they_occur(keeper: Keeper) -> None:
    before = keeper.collected("a,b\n1,x\n1,x\n2,\n3,z\n")
    found = compared(keeper, before, keeper.collected("a,b\n1,x\n2,\n3,y\n3,z\n"))
    assert found["rows"] == {"key": [], "added": 1, "removed": 1, "changed": 0, "unchanged": 3, "changedBy": {}}


def test_columns_that_came_went_and_changed_are_named(keeper: Keeper) -> None:
    before = keeper.collected("id,age,city\n1,30,Bern\n")
    found = compared(keeper, before, keeper.collected("id,age,zip\n1,thirty,3000\n"))
    assert (found["schema"]["added"], found["schema"]["removed"]) == (["zip"], ["city"])
    assert [each["name"] for each in found["schema"]["changed"]] == ["age"]
    assert column(found, "age")["bins"] == []


def test_the_distance_of_distributions_is_scipys(keeper: Keeper) -> None:
    random = np.random.default_rng(5)
    old, new = random.normal(0, 1, 4000), random.normal(0.3, 1.2, 3000)
    found = compared(keeper, keeper.collected(pd.DataFrame({"x": old})), keeper.collected(pd.DataFrame({"x": new})))
    theirs = ks_2samp(old, new, method="asymp")
    assert column(found, "x")["ks"] == pytest.approx(theirs.statistic, abs=1e-12)
    assert column(found, "x")["ksPValue"] == pytest.approx(theirs.pvalue, rel=0.3)
    assert column(found, "x")["n"] == [4000, 3000]
    edges = np.quantile(old, np.arange(1, 10) / 10, method="inverted_cdf")
    counts = [np.bincount(np.digitize(each, edges), minlength=10) for each in (old, new)]
    assert [bin_["rows"] for bin_ in column(found, "x")["bins"]] == np.transpose(counts).tolist()
    shares = counts[0] / 4000, counts[1] / 3000
    assert column(found, "x")["psi"] == pytest.approx(
        float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())
    )


def test_a_hundred_rows_of_the_same_kind_have_moved_without_meaning_it() -> None:
    random = np.random.default_rng(1)
    alarms = 0
    for _ in range(200):
        counts = [random.multinomial(100, [0.1] * 10).tolist() for _ in range(2)]
        index, p = stability_index(*counts)
        alarms += index > 0.1 and p < 0.01
    assert alarms <= 8, "a limit of 0.1 alone would have cried wolf about 140 times"


def test_missing_values_are_a_bin_of_their_own(keeper: Keeper) -> None:
    before = keeper.collected(pd.DataFrame({"x": [1.0, 2.0, None, 4.0], "c": ["a", None, "a", "b"]}))
    found = compared(keeper, before, keeper.collected(pd.DataFrame({"x": [1.0, None, None, None], "c": ["a"] * 4})))
    assert column(found, "x")["missing"] == [1, 3]
    assert column(found, "x")["bins"][-1] == {"label": "missing", "rows": [1, 3]}
    assert column(found, "c")["bins"][0] == {"label": "a", "rows": [2, 4]}


def test_the_page_stands_alone_and_shows_names_as_they_are(keeper: Keeper, tmp_path: Path) -> None:
    before = keeper.collected(pd.DataFrame({"<b>": ["<script>", "y"], "n": [1, 2]}))
    found = compared(keeper, before, keeper.collected(pd.DataFrame({"<b>": ["<script>", "z"], "n": [1, 9]})))
    assert "<script" not in found["page"]
    assert "http" not in found["page"]
    assert "&lt;b&gt;" in found["page"]
    assert found["page"].count("<svg") == 2
    assert tmp_path.exists()


def test_dates_booleans_and_columns_without_a_value_are_compared(keeper: Keeper) -> None:
    frame = {"day": pd.to_datetime(["2026-01-01", "2026-02-01"]), "ok": [True, False], "none": [None, None]}
    before = keeper.collected(pd.DataFrame(frame))
    frame["ok"] = [True, True]
    found = compared(keeper, before, keeper.collected(pd.DataFrame(frame)))
    assert column(found, "day")["psi"] == pytest.approx(0.0)
    assert {bin_["label"]: bin_["rows"] for bin_ in column(found, "ok")["bins"]} == {"true": [1, 2], "false": [1, 0]}


@pytest.mark.parametrize(
    ("unit", "label"), [("D", "2024-01-01 to 2024-01-02"), ("h", "2024-01-01 00:00 to 2024-01-01 01:00")]
)
def test_times_are_told_by_the_day_where_all_edges_are_days(keeper: Keeper, unit: str, label: str) -> None:
    times = pd.DataFrame({"at": pd.date_range("2024-01-01", periods=10, freq=unit)})
    before = keeper.collected(times)
    found = compared(keeper, before, keeper.collected(times.iloc[:9]))
    assert column(found, "at")["bins"][0]["label"] == label
