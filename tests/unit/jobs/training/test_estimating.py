"""Accuracy from scores alone: what training freezes for it, and how far it is off."""

import numpy as np
import pandas as pd

from colonnade_jobs.training.judging.estimating import of_scores
from tests.unit.jobs.harness import Harness


def drawn(rows: int, seed: int, trust: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, whether they were right, and a feature; trust: how much less often where the feature is large."""
    random = np.random.default_rng(seed)
    scores, feature = random.random(rows), random.random(rows)
    likely = np.maximum(scores, 1 - scores) * np.where(feature > 0.8, trust, 1.0)
    return scores, random.random(rows) < likely, feature


EDGES = [n / 10 for n in range(1, 10)]


def test_the_curve_counts_the_rows_of_each_bin_that_were_right():
    scores, right, feature = drawn(5000, 1)
    found = of_scores(scores, EDGES, right, {"x": feature}, 7)
    assert found
    bins = np.digitize(scores, EDGES)
    assert found["right"] == [int(right[bins == place].sum()) for place in range(10)]
    assert found["metric"] == "accuracy"


def test_the_error_grows_with_what_scores_do_not_know():
    known, unknown = (
        of_scores(scores, EDGES, right, {"x": feature}, 7)
        for scores, right, feature in (drawn(20_000, 2), drawn(20_000, 2, trust=0.5))
    )
    assert known
    assert unknown
    assert known["error"] < 0.03
    assert unknown["error"] > 0.2


def test_the_error_holds_for_rows_that_lie_otherwise():
    """As much as 95 % of the slices say: what is asked about next week is one."""
    within = 0
    for seed in range(100):
        scores, right, feature = drawn(4000, seed)
        found = of_scores(scores, EDGES, right, {"x": feature}, 7)
        assert found
        later, truth, _ = drawn(50_000, 1000 + seed)
        shifted = later > np.random.default_rng(seed).random(len(later))  # more of the high scores
        bins = np.digitize(later[shifted], EDGES)
        curve = np.array(found["right"]) / np.bincount(np.digitize(scores, EDGES), minlength=10)
        within += abs(curve[bins].mean() - truth[shifted].mean()) <= found["error"]
    assert within >= 95


def test_too_few_held_out_rows_freeze_none():
    scores, right, feature = drawn(199, 1)
    assert of_scores(scores, EDGES, right, {"x": feature}, 7) is None


def test_the_bundle_says_what_signals_hold_answers_against(tmp_path):
    random = np.random.default_rng(3)
    rows = pd.DataFrame({"x": random.random(2000), "kind": random.choice(["a", "b"], 2000)})
    rows["sex"], rows["y"] = random.choice(["F", "M"], 2000), (rows["x"] + random.random(2000) / 2 > 0.75).astype(int)
    harness = Harness(tmp_path)
    harness.dataset(rows, split={"test": 0.3, "seed": 1})
    bundle = harness.bundle(harness.train("linear_model.LogisticRegression", fairness={"sensitive": ["sex"]}))
    estimate = bundle.monitoring["estimate"]
    groups = bundle.monitoring["groups"]
    assert isinstance(estimate, dict)
    assert isinstance(groups, dict)
    assert bundle.scores
    accuracy = bundle.metrics["accuracy"]
    assert isinstance(accuracy, dict)
    assert sum(estimate["right"]) == round(accuracy["value"] * 600)  # type: ignore[arg-type, operator]
    assert len(estimate["right"]) == len(bundle.scores["counts"])  # type: ignore[arg-type]
    assert sum(groups["sex"]["rows"]) == 600  # type: ignore[call-overload, index, arg-type]
    assert harness.bundle(harness.train("linear_model.LinearRegression", task="Regression")).monitoring == {}
