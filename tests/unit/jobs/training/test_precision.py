"""Numbers beyond what float32 and float64 can hold: read knowingly, and said."""

import datetime
import json

import numpy as np
import pandas as pd
import pytest

from colonnade_jobs.refusals import Refusal
from tests.unit.jobs.desk import Answer, Desk

TREES = "ensemble.HistGradientBoostingClassifier"
QUICK = {"max_iter": 5}
ROWS = 120
BIG = 2**53


def rows(**columns: object) -> pd.DataFrame:
    """Rows of a, y and others."""
    random = np.random.default_rng(0)
    a = random.normal(0, 1, ROWS)
    return pd.DataFrame({"a": a, "y": np.where(a + random.normal(0, 0.3, ROWS) > 0, "yes", "no"), **columns})


def limits(desk: Desk, answer: Answer) -> str:
    card = json.loads((desk.fetched(answer["artifactUri"]) / "card.json").read_bytes())
    return " ".join(card["considerations"]["limits"])


@pytest.mark.parametrize("over", [BIG, 2**62])
def test_whole_numbers_over_2_to_the_53_are_learnt_from_and_what_they_lose_is_said(desk: Desk, over: int) -> None:
    desk.dataset(rows(code=over + np.arange(ROWS)))
    answer = desk.train(TREES, "y", QUICK)
    assert "code: its 120 values are 1 in float32" in limits(desk, answer)


def test_numbers_that_float32_tells_apart_are_not_spoken_of(desk: Desk) -> None:
    desk.dataset(rows(code=np.arange(ROWS) * 1000))
    assert "in float32" not in limits(desk, desk.train(TREES, "y", QUICK))


def test_dates_of_the_whole_calendar_are_learnt_from_and_split_by(desk: Desk) -> None:
    until = [datetime.datetime(9999, 12, 31) if n % 3 else datetime.datetime(1900 + n, 1, 1) for n in range(ROWS)]
    frame = rows(until=pd.Series(until, dtype="datetime64[us]"))
    schema = {"columns": [{"name": "until", "type": "date"}]}
    desk.dataset(frame, schema=schema)
    answer = desk.train(TREES, "y", QUICK)
    assert [tensor.datatype for tensor in desk.bundle(answer).inputs] == ["FP32", "FP64"]
    desk.dataset(frame, schema=schema, split={"test": 0.25, "timeColumn": "until"})
    assert desk.train(TREES, "y", QUICK)["metrics"]["accuracy"]["n"] == 30


def test_classes_over_2_to_the_53_stay_apart(desk: Desk) -> None:
    desk.dataset(rows().assign(y=BIG + (rows()["y"] == "yes")))
    answer = desk.train(TREES, "y", QUICK)
    assert desk.bundle(answer).classes == [BIG, BIG + 1]
    assert answer["metrics"]["accuracy"]["value"] > 0.7


def test_a_target_over_2_to_the_53_is_learnt(desk: Desk) -> None:
    desk.dataset(rows(amount=BIG + (rows()["a"] * 1e16).astype("int64")))
    answer = desk.train("linear_model.Ridge", "amount", task="Regression", features={"include": ["a"]})
    assert answer["metrics"]["r2"]["value"] > 0.99


@pytest.mark.parametrize("wrong", [1e300, -1e39])
def test_a_feature_beyond_float32_is_refused_by_name(desk: Desk, wrong: float) -> None:
    size = np.ones(ROWS)
    size[7] = wrong
    desk.dataset(rows(size=size))
    with pytest.raises(Refusal, match=r"spec\.training\.features: size holds .*row 7.*3\.4e\+?38") as refusal:
        desk.train(TREES, "y", QUICK)
    assert refusal.value.reason == "UnsuitableFeature"


def test_a_target_beyond_float32_is_refused_by_name(desk: Desk) -> None:
    size = np.ones(ROWS)
    size[7] = 1e300
    desk.dataset(rows(size=size))
    with pytest.raises(Refusal, match=r"spec\.training\.target: size holds") as refusal:
        desk.train("linear_model.Ridge", "size", task="Regression", features={"include": ["a"]})
    assert refusal.value.reason == "UnsuitableTarget"


def test_numbers_that_are_almost_nothing_are_scaled_like_others(desk: Desk) -> None:
    desk.dataset(rows().assign(a=rows()["a"] * 1e-42))
    assert desk.train("linear_model.LogisticRegression", "y")["metrics"]["roc_auc"]["value"] > 0.7
