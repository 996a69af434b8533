"""What a table must keep to as a whole: counts, freshness, references, outliers, shares, stability."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import median_abs_deviation, zscore
from sklearn.datasets import load_breast_cancer

from colonnade_jobs.data.checks.stability import merged
from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Answer, Harness


def collected(harness: Harness, rows: str | pd.DataFrame, validation: Answer, **job: Any) -> Answer:
    harness.folder.joinpath("source").mkdir(exist_ok=True)
    path: Path = harness.folder / "source" / "rows.parquet"
    if isinstance(rows, pd.DataFrame):
        rows.to_parquet(path)
        source = {"storageUri": f"file://{path}"}
    else:
        source = {"storageUri": harness.write(rows)}
    schema = job.pop("schema", None)
    spec = {"source": source, "validation": {"maxInvalidFraction": 0.9} | validation}
    spec |= {"schema": schema} if schema else {}
    return harness.collect({"namespace": "default", "name": "rows", "spec": spec} | job)


def ago(**span: float) -> str:
    return (datetime.now(UTC) - timedelta(**span)).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(("bounds", "reason"), [({"min": 4}, "TooFewRows"), ({"max": 2}, "TooManyRows")])
def test_a_version_has_so_many_rows(harness: Harness, bounds: Answer, reason: str) -> None:
    answer = collected(harness, "a\n1\n2\n3\n", {"rowCount": bounds})
    assert (answer["outcome"], answer["reason"]) == ("Invalid", reason)
    assert collected(harness, "a\n1\n2\n3\n", {"rowCount": {"min": 3, "max": 3}})["outcome"] == "NewVersion"


def test_the_answer_says_that_more_is_wrong_than_it_names(harness: Harness) -> None:
    answer = collected(harness, "a,b\n1,x\n", {"rowCount": {"min": 4}, "representation": [UNREPRESENTED]})
    assert (answer["outcome"], answer["reason"]) == ("Invalid", "Unrepresentative")
    assert answer["message"].endswith("(and 1 more in the report)")


UNREPRESENTED = {"column": "b", "values": {"y": {"min": 0.1}}}


def test_rows_that_are_set_aside_dont_count(harness: Harness) -> None:
    wanted = {"rowCount": {"min": 3}, "rules": [{"name": "r", "expression": "a > 1"}]}
    assert collected(harness, "a\n1\n2\n3\n", wanted)["reason"] == "TooFewRows"


DATES = {"columns": [{"name": "t", "type": "date", "nullable": True}]}


def fresh(harness: Harness, *dates: str, **more: Any) -> Answer:
    rows = "t,n\n" + "".join(f"{date},{n}\n" for n, date in enumerate(dates))
    return collected(harness, rows, {"freshness": {"column": "t", "maxAge": "36h"}}, schema=DATES, **more)


def test_the_newest_row_is_no_older_than_wanted(harness: Harness) -> None:
    assert fresh(harness, ago(days=9), ago(hours=35))["outcome"] == "NewVersion"
    stale = fresh(harness, ago(days=9), ago(hours=37))
    assert (stale["outcome"], stale["reason"]) == ("Invalid", "Stale")
    assert "(limit 1d12h)" in stale["message"]


def test_a_date_in_the_future_makes_no_stale_table_fresh(harness: Harness) -> None:
    assert fresh(harness, ago(days=9), ago(days=-9))["reason"] == "Stale"
    answer = fresh(harness, ago(hours=1), ago(days=-9))
    assert "1 of 2 dates of t lie after now" in answer["message"]
    assert "all 1 dates of t lie after now" in fresh(harness, ago(days=-9))["message"]


def test_rows_without_a_date_are_not_fresh(harness: Harness) -> None:
    assert "t has no date" in fresh(harness, "", "")["message"]


def referring(harness: Harness, rows: str, carriers: str, **more: Any) -> Answer:
    schema = more.pop("their_schema", None)
    digest = collected(harness, carriers, {}, **({"schema": schema} if schema else {}))["version"]["digest"]
    wanted = {"columns": ["carrier"], "dataset": "carriers", "referenced": ["code"]} | more.pop("reference", {})
    return collected(harness, rows, {"references": [wanted]}, upstream={"carriers": digest}, **more)


def test_rows_refer_to_rows_of_another_dataset_and_missing_values_to_nothing(harness: Harness) -> None:
    answer = referring(harness, "carrier,n\nAA,1\n,2\nXX,3\nBB,4\n", "code,name\nAA,a\nBB,b\n")
    assert harness.quarantine(answer)["reasons"].tolist() == ["carrier not in carriers"]
    assert harness.table(answer)["n"].tolist() == [1, 2, 4]
    assert answer["version"]["upstream"][0]["dataset"] == "carriers"


def test_a_key_of_two_columns_is_one_key(harness: Harness) -> None:
    reference = {"columns": ["a", "b"], "referenced": ["x", "y"]}
    answer = referring(harness, "a,b\n1,1\n1,2\n2,\n", "x,y\n1,1\n2,2\n", reference=reference)
    assert harness.quarantine(answer)[["a", "b"]].to_numpy().tolist() == [["1", "2"]]


def test_text_and_numbers_are_not_compared(harness: Harness) -> None:
    schema = {"columns": [{"name": "code", "type": "integer"}]}
    with pytest.raises(PermanentError, match="carrier is a text and code of carriers a number"):
        referring(
            harness,
            "carrier\n01\n",
            "code\n1\n",
            their_schema=schema,
            schema={"columns": [{"name": "carrier", "type": "string"}]},
        )


def test_whole_numbers_over_2_53_stay_apart_from_fractions(harness: Harness) -> None:
    ours = {"columns": [{"name": "carrier", "type": "integer"}]}
    theirs = {"columns": [{"name": "code", "type": "number"}]}
    rows = "carrier\n9007199254740993\n9007199254740992\n"
    answer = referring(harness, rows, "code\n9007199254740992\n1.5\n", their_schema=theirs, schema=ours)
    assert harness.quarantine(answer)["carrier"].tolist() == ["9007199254740993"]


def test_a_reference_may_only_warn(harness: Harness) -> None:
    answer = referring(harness, "carrier\nAA\nXX\n", "code\nAA\n", reference={"action": "Warn"})
    assert answer["version"]["rows"] == 2
    assert "1 of 2 rows breaks carrier not in carriers" in answer["message"]


CANCER = load_breast_cancer(as_frame=True).frame.rename(columns=lambda name: name.replace(" ", "_"))


def far_off(values: Any, method: str, threshold: float) -> Any:
    if method == "IQR":
        low, high = np.quantile(values, [0.25, 0.75])
        return (values < low - threshold * (high - low)) | (values > high + threshold * (high - low))
    if method == "ZScore":
        return pd.Series(np.abs(zscore(values)) > threshold)
    middle = np.median(values)
    return np.abs(values - middle) > threshold * 1.4826 * median_abs_deviation(values)


@pytest.mark.parametrize(("method", "threshold"), [("IQR", 1.5), ("ZScore", 3.0), ("MAD", 3.5)])
def test_outliers_are_those_of_numpy_and_scipy(harness: Harness, method: str, threshold: float) -> None:
    columns = ["mean_area", "area_error", "worst_smoothness"]
    wanted = {"outliers": [{"columns": columns, "method": method, "threshold": threshold, "action": "Warn"}]}
    report = harness.report(collected(harness, CANCER, wanted))
    found = {rule["column"]: rule["rows"] for rule in report["rules"] if "outlier" in rule["rule"]}
    assert found == {name: int(far_off(CANCER[name], method, threshold).sum()) for name in columns}
    assert all(found.values())


def test_outliers_are_set_aside_up_to_a_share(harness: Harness) -> None:
    rows = pd.DataFrame({"a": [*np.arange(98.0), 1e6, -1e6]})
    wanted = {"columns": ["a"], "maxFraction": 0.02}
    answer = collected(harness, rows, {"outliers": [wanted]})
    assert (answer["version"]["rows"], answer["version"]["invalidRows"]) == (98, 2)
    answer = collected(harness, rows, {"outliers": [wanted | {"maxFraction": 0.01}]})
    assert (answer["outcome"], answer["reason"]) == ("Invalid", "TooManyOutliers")


@pytest.mark.parametrize(
    ("method", "values", "why"),
    [("MAD", [1.0] * 9 + [2.0, 3.0], "its spread is 0"), ("ZScore", [1.0, 2.0, 1e9], "3 values are too few")],
)
def test_where_no_outlier_can_be_told_it_is_said(harness: Harness, method: str, values: list[float], why: str) -> None:
    wanted = {"outliers": [{"columns": ["a"], "method": method}]}
    answer = collected(harness, pd.DataFrame({"a": values}), wanted)
    assert answer["version"]["invalidRows"] == 0
    assert why in answer["message"]


@pytest.mark.parametrize("size", [1e-300, 1.0, 1.7e306])
def test_numbers_of_every_size_have_outliers(harness: Harness, size: float) -> None:
    values = [float(n % 7) * size for n in range(50)] + [99 * size]
    for method in ("IQR", "ZScore", "MAD"):
        wanted = {"outliers": [{"columns": ["a"], "method": method}]}
        assert collected(harness, pd.DataFrame({"a": values}), wanted)["version"]["invalidRows"] == 1


def shared(harness: Harness, **wanted: Any) -> Answer:
    rows = "sex\n" + "F\n" * 7 + "M\n" * 92 + "X\n\n"
    return collected(harness, rows, {"representation": [{"column": "sex"} | wanted]})


def test_values_have_the_shares_that_they_must_have(harness: Harness) -> None:
    assert shared(harness, values={"F": {"min": 0.07}, "M": {"max": 0.92}})["outcome"] == "NewVersion"
    answer = shared(harness, values={"F": {"min": 0.3}})
    assert (answer["outcome"], answer["reason"]) == ("Invalid", "Unrepresentative")
    assert "F has 7 % (at least 30 %)" in answer["message"]
    assert "N has 0 % (at least 1 %)" in shared(harness, values={"N": {"min": 0.01}})["message"]
    assert "X has 1 % (at least 2 %)" in shared(harness, minFraction=0.02)["message"]
    assert shared(harness, minFraction=0.02, action="Warn")["outcome"] == "NewVersion"


def moved(harness: Harness, before: pd.DataFrame, after: pd.DataFrame, **wanted: Any) -> Answer:
    previous = collected(harness, before, {})["version"]["digest"]
    return collected(harness, after, {"stability": wanted}, previous=previous)


def test_a_table_that_drifted_makes_no_version(harness: Harness) -> None:
    random = np.random.default_rng(5)
    before = pd.DataFrame({"x": random.normal(size=2000), "y": random.normal(size=2000)})
    after = pd.DataFrame({"x": random.normal(0.8, size=2000), "y": random.normal(size=2000)})
    answer = moved(harness, before, after)
    assert (answer["outcome"], answer["reason"]) == ("Invalid", "Drifted")
    assert "1 of 2 columns moved" in answer["message"]
    assert moved(harness, before, after, action="Warn")["outcome"] == "NewVersion"


def test_few_rows_raise_no_false_alarm(harness: Harness) -> None:
    random = np.random.default_rng(6)
    draws = [pd.DataFrame(random.normal(size=(60, 20)), columns=[f"c{n}" for n in range(20)]) for _ in range(6)]
    for before, after in pairwise(draws):
        assert moved(harness, before, after, maxPsi=0.1)["outcome"] == "NewVersion"


def test_categories_that_werent_there_are_drift(harness: Harness) -> None:
    before = pd.DataFrame({"w": ["a", "b"] * 500})
    after = pd.DataFrame({"w": ["a", "b"] * 350 + ["new"] * 300})
    assert moved(harness, before, after)["reason"] == "Drifted"


def test_values_that_went_missing_are_drift(harness: Harness) -> None:
    values = np.random.default_rng(7).normal(size=1000)
    before, after = pd.DataFrame({"x": values}), pd.DataFrame({"x": np.where(np.arange(1000) < 400, np.nan, values)})
    assert moved(harness, before, after)["reason"] == "Drifted"


def test_the_first_version_is_compared_with_none(harness: Harness) -> None:
    assert collected(harness, "a\n1\n", {"stability": {}})["outcome"] == "NewVersion"


def test_bins_of_too_few_are_merged_and_no_row_is_lost() -> None:
    assert merged([2, 2, 9, 1], [4, 4, 4, 4]) == ([14], [16])
    assert merged([20, 20, 2], [20, 20, 2]) == ([20, 22], [20, 22])
