"""How long one request takes: quantiles of what was timed, with the interval of order statistics."""

import numpy as np
import pytest

from colonnade_jobs.training.judging import latency
from tests.unit.jobs.harness import FEATURES, Harness


def test_the_interval_of_a_quantile_is_of_order_statistics() -> None:
    ordered = np.arange(1, 1001) / 1000
    found = latency._quantile(ordered, 0.5)
    assert found == pytest.approx({"value": 0.5, "low": 0.469, "high": 0.532})
    assert "high" not in latency._quantile(ordered[:300], 0.99)


def test_it_covers_the_quantile_as_often_as_it_says() -> None:
    covered = 0
    for seed in range(300):
        found = latency._quantile(np.sort(np.random.default_rng(seed).exponential(1, 1000)), 0.99)
        covered += found["low"] <= -np.log(0.01) <= found["high"]
    assert covered >= 0.92 * 300


def test_a_training_times_requests_and_its_bundle_has_no_word_of_it(peoples_harness: Harness) -> None:
    made = [
        peoples_harness.train("linear_model.LogisticRegression", "binary", features={"include": FEATURES[:2]})
        for _ in range(2)
    ]
    timed = made[0]["latency"]
    assert timed["requests"] >= 30
    assert 0 < timed["p50"]["value"] <= timed["p90"]["value"] <= timed["p99"]["value"] < 1
    assert made[0]["digest"] == made[1]["digest"]
    assert "latency" not in str(peoples_harness.card(made[0]))
