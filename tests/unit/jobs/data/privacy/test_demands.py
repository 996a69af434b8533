"""Rules across columns, tables and versions, on a protected column: none tells a value of it, wherever it ends."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from colonnade_api.jobs import DatasetResult
from colonnade_jobs import outcome
from tests.unit.jobs.data.privacy.markers import MARKER, everything_below
from tests.unit.jobs.harness import Harness

MASKED = {"rules": [{"column": "p", "action": "Mask"}]}
WORDS = pd.DataFrame({"n": range(24), "p": ["q"] * 12 + [f"{MARKER}{n % 3}" for n in range(12)]})
NUMBERS = pd.DataFrame({"n": range(24), "p": [n % 5 for n in range(19)] + [7117711] * 4 + [71177117]})
DATES = pd.DataFrame({"n": range(24), "p": pd.to_datetime(["1987-03-14"] * 9 + ["1931-01-01"] * 15)})
MARKERS = (
    MARKER,
    "7117711",
    "7,117,711",
    "7.118e+06",
    "71177117",
    "71,177,117",
    "7.118e+07",
    "1987-03-14",
    "14.03.1987",
)
DEMANDS: dict[str, tuple[pd.DataFrame, dict[str, Any]]] = {
    "a rule": (WORDS, {"rules": [{"name": "r", "expression": "p = 'q'"}]}),
    "a rule across columns": (NUMBERS, {"rules": [{"name": "r", "expression": "p < n"}]}),
    "one that can't be run": (WORDS, {"rules": [{"name": "r", "expression": "CAST(p AS INTEGER) > 1"}]}),
    "one of dates": (DATES, {"rules": [{"name": "r", "expression": "year(p) < 1950"}]}),
    "a reference": (WORDS, {"references": [{"columns": ["p"], "dataset": "known", "referenced": ["word"]}]}),
    "one of numbers": (NUMBERS, {"references": [{"columns": ["p"], "dataset": "known", "referenced": ["n"]}]}),
    "one of two columns": (
        WORDS,
        {"references": [{"columns": ["n", "p"], "dataset": "known", "referenced": ["n", "word"]}]},
    ),
    "outliers": (NUMBERS, {"outliers": [{"columns": ["p"], "method": "IQR"}]}),
    "too many outliers": (NUMBERS, {"outliers": [{"columns": ["p"], "method": "MAD", "maxFraction": 0}]}),
    "outliers that can't be told": (NUMBERS, {"outliers": [{"columns": ["p"], "method": "ZScore", "threshold": 99}]}),
    "shares": (WORDS, {"representation": [{"column": "p", "minFraction": 0.9}]}),
    "shares of numbers": (
        NUMBERS,
        {"representation": [{"column": "p", "values": {"7117711": {"max": 0.01}}, "minFraction": 0.1}]},
    ),
    "drift of words": (WORDS, {"stability": {"maxPsi": 0.01}}),
    "drift of numbers": (NUMBERS, {"stability": {"maxPsi": 0.01}}),
    "freshness": (DATES, {"freshness": {"column": "p", "maxAge": "1d"}}),
    "a count": (WORDS, {"rowCount": {"min": 1000}}),
}


def warning(demand: dict[str, Any]) -> dict[str, Any]:
    """The same where it only warns; a count, freshness and the largest share of outliers know nothing but a refusal."""
    listed = ("rules", "references", "outliers", "representation")
    asked = {name: [each | {"action": "Warn"} for each in demand[name]] for name in listed if name in demand}
    return demand | asked | ({"stability": demand["stability"] | {"action": "Warn"}} if "stability" in demand else {})


def moved_on(harness: Harness, demand: str, *, warns: bool, **spec: Any) -> Callable[[Path], DatasetResult]:
    """A Job over rows that have moved since the version before."""
    rows, asked = DEMANDS[demand]
    known = harness.dataset("n,word\n1,a\n2,b\n")["version"]["digest"]
    before = harness.dataset(rows, **spec)["version"]["digest"]
    moved = pd.concat([rows, *[rows.head(12)] * 10], ignore_index=True)
    validation = {"maxInvalidFraction": 0.9, **(warning(asked) if warns else asked)}

    def collected(_: Path) -> DatasetResult:
        answer = harness.dataset(moved, previous=before, upstream={"known": known}, validation=validation, **spec)
        return DatasetResult.model_validate(answer)

    return collected


def leaked(found: str) -> list[str]:
    return [marker for marker in MARKERS if marker in found]


@pytest.mark.parametrize("warns", [False, True])
@pytest.mark.parametrize("demand", DEMANDS)
def test_no_demand_on_a_table_tells_a_protected_value(
    harness: Harness, capfd: pytest.CaptureFixture[str], demand: str, warns: bool
) -> None:
    termination = harness.folder / "termination"
    outcome.tell(moved_on(harness, demand, warns=warns, privacy=MASKED), termination)
    printed = capfd.readouterr()
    store = everything_below(harness.folder / "store")
    assert [leaked(each) for each in (termination.read_text(), printed.out + printed.err, store)] == [[], [], []]


@pytest.mark.parametrize("demand", [name for name in DEMANDS if name != "one that can't be run"])
def test_each_demand_has_something_to_tell(harness: Harness, demand: str) -> None:
    result = moved_on(harness, demand, warns=True)(harness.folder)
    report = harness.report(result.model_dump(mode="json", by_alias=True))
    assert report["findings"] or any(rule["rows"] for rule in report["rules"])


def test_what_only_warns_of_a_column_that_isnt_protected_is_told_in_full(harness: Harness) -> None:
    result = moved_on(harness, "shares of numbers", warns=True)(harness.folder)
    assert leaked(result.message)
