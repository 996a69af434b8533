"""Numbers beyond what float32 and float64 can hold: read knowingly, and said."""

import datetime
import json

import numpy as np
import pandas as pd
import pytest

from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Answer, Harness

TREES = "ensemble.HistGradientBoostingClassifier"
QUICK = {"max_iter": 5}
ROWS = 120
BIG = 2**53


def rows(**columns: object) -> pd.DataFrame:
    """Rows of a, y and others."""
    random = np.random.default_rng(0)
    a = random.normal(0, 1, ROWS)
    return pd.DataFrame({"a": a, "y": np.where(a + random.normal(0, 0.3, ROWS) > 0, "yes", "no"), **columns})


def limits(harness: Harness, answer: Answer) -> str:
    card = json.loads((harness.fetched(answer["artifactUri"]) / "card.json").read_bytes())
    return " ".join(card["considerations"]["limits"])


@pytest.mark.parametrize("over", [BIG, 2**62])
def test_whole_numbers_over_2_to_the_53_are_learnt_from_and_what_they_lose_is_said(harness: Harness, over: int) -> None:
    harness.dataset(rows(code=over + np.arange(ROWS)))
    answer = harness.train(TREES, "y", QUICK)
    assert "code: its 120 values are 1 in float32" in limits(harness, answer)


def test_numbers_that_float32_tells_apart_are_not_spoken_of(harness: Harness) -> None:
    harness.dataset(rows(code=np.arange(ROWS) * 1000))
    assert "in float32" not in limits(harness, harness.train(TREES, "y", QUICK))


def test_dates_of_the_whole_calendar_are_learnt_from_and_split_by(harness: Harness) -> None:
    until = [datetime.datetime(9999, 12, 31) if n % 3 else datetime.datetime(1900 + n, 1, 1) for n in range(ROWS)]
    frame = rows(until=pd.Series(until, dtype="datetime64[us]"))
    schema = {"columns": [{"name": "until", "type": "date"}]}
    harness.dataset(frame, schema=schema)
    answer = harness.train(TREES, "y", QUICK)
    assert [tensor.datatype for tensor in harness.bundle(answer).inputs] == ["FP32", "FP64"]
    harness.dataset(frame, schema=schema, split={"test": 0.25, "timeColumn": "until"})
    assert harness.train(TREES, "y", QUICK)["metrics"]["accuracy"]["n"] == 30


def test_classes_over_2_to_the_53_stay_apart(harness: Harness) -> None:
    harness.dataset(rows().assign(y=BIG + (rows()["y"] == "yes")))
    answer = harness.train(TREES, "y", QUICK)
    assert harness.bundle(answer).classes == [BIG, BIG + 1]
    assert answer["metrics"]["accuracy"]["value"] > 0.7


def test_a_target_over_2_to_the_53_is_learnt(harness: Harness) -> None:
    harness.dataset(rows(amount=BIG + (rows()["a"] * 1e16).astype("int64")))
    answer = harness.train("linear_model.Ridge", "amount", task="Regression", features={"include": ["a"]})
    assert answer["metrics"]["r2"]["value"] > 0.99


@pytest.mark.parametrize("wrong", [1e300, -1e39])
def test_a_feature_beyond_float32_is_refused_by_name(harness: Harness, wrong: float) -> None:
    size = np.ones(ROWS)
    size[7] = wrong
    harness.dataset(rows(size=size))
    with pytest.raises(PermanentError, match=r"spec\.training\.features: size holds .*row 7.*3\.4e\+?38") as error:
        harness.train(TREES, "y", QUICK)
    assert error.value.reason == "UnsuitableFeature"


def test_a_target_beyond_float32_is_refused_by_name(harness: Harness) -> None:
    size = np.ones(ROWS)
    size[7] = 1e300
    harness.dataset(rows(size=size))
    with pytest.raises(PermanentError, match=r"spec\.training\.target: size holds") as error:
        harness.train("linear_model.Ridge", "size", task="Regression", features={"include": ["a"]})
    assert error.value.reason == "UnsuitableTarget"


def test_numbers_that_are_almost_nothing_are_scaled_like_others(harness: Harness) -> None:
    harness.dataset(rows().assign(a=rows()["a"] * 1e-42))
    assert harness.train("linear_model.LogisticRegression", "y")["metrics"]["roc_auc"]["value"] > 0.7
