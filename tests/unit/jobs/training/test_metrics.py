"""Metrics are scikit-learn's, and their intervals hold what they promise."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from colonnade_jobs.training.judging import metrics
from colonnade_jobs.training.judging.intervals import bootstrap
from colonnade_jobs.training.rows.sample import Sample


def mean(values: np.ndarray, weights: np.ndarray) -> float:
    return float(weights @ values / weights.sum())


def drawn(rows: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    truth = np.r_[np.arange(classes), random.integers(0, classes, rows)]
    scores = random.random((len(truth), classes)).round(1) + 0.05
    scores[np.arange(len(truth)), truth] += 0.5
    return truth, scores / scores.sum(axis=1, keepdims=True)


@settings(deadline=None, max_examples=30)
@given(classes=st.integers(2, 4), seed=st.integers(0, 999))
def test_classification_agrees_with_scikit_learn(classes: int, seed: int) -> None:
    truth, scores = drawn(80, classes, seed)
    predicted = scores.argmax(axis=1)
    found = {
        name: of(np.ones(len(truth)))
        for name, of in metrics.classification_statistics(truth, predicted, scores).items()
    }
    average = {"average": "binary" if classes == 2 else "macro", "zero_division": 0}
    roc = reference.roc_auc_score(truth, scores[:, 1] if classes == 2 else scores, multi_class="ovr")
    assert found == pytest.approx(
        {
            "roc_auc": roc,
            "accuracy": reference.accuracy_score(truth, predicted),
            "f1": reference.f1_score(truth, predicted, **average),
            "precision": reference.precision_score(truth, predicted, **average),
            "recall": reference.recall_score(truth, predicted, **average),
            "log_loss": reference.log_loss(truth, scores),
        }
    )


@given(seed=st.integers(0, 999))
def test_weights_are_rows_drawn_so_often(seed: int) -> None:
    truth, scores = drawn(40, 2, seed)
    weights = np.random.default_rng(seed).integers(0, 3, len(truth)).astype(float)
    weights[:2] = 1
    repeated = np.repeat(np.arange(len(truth)), weights.astype(int))
    predicted = scores.argmax(axis=1)
    many = metrics.classification_statistics(truth[repeated], predicted[repeated], scores[repeated])
    for name, statistic in metrics.classification_statistics(truth, predicted, scores).items():
        assert statistic(weights) == pytest.approx(many[name](np.ones(len(repeated))))


@given(seed=st.integers(0, 999))
def test_regression_agrees_with_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    target = random.normal(0, 100, 50)
    predicted = target + random.normal(0, 30, 50)
    found = {name: of(np.ones(50)) for name, of in metrics.regression_statistics(target, predicted).items()}
    assert found == pytest.approx(
        {
            "rmse": reference.root_mean_squared_error(target, predicted),
            "mae": reference.mean_absolute_error(target, predicted),
            "r2": reference.r2_score(target, predicted),
        }
    )


def test_the_interval_of_a_share_is_about_the_binomial_one() -> None:
    hits = np.arange(1000) < 300
    found = bootstrap({"share": lambda w: float(w @ hits / w.sum())}, Sample.alike(1000, 1))["share"]
    assert found.value == 0.3
    assert found.low == pytest.approx(0.3 - 1.96 * np.sqrt(0.3 * 0.7 / 1000), abs=0.006)
    assert found.high == pytest.approx(0.3 + 1.96 * np.sqrt(0.3 * 0.7 / 1000), abs=0.006)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    covered = 0
    for seed in range(60):
        values = np.random.default_rng(seed).normal(5, 2, 200)
        found = bootstrap({"mean": partial(mean, values)}, Sample.alike(200, seed))["mean"]
        covered += found.low <= 5 <= found.high
    assert covered >= 52


def test_a_label_is_judged_as_it_was_answered_whatever_the_probabilities_say() -> None:
    truth, answered = np.array([0, 1, 1, 0]), np.array([1, 1, 1, 0])
    probabilities = np.tile([0.9, 0.1], (4, 1))
    assert (
        metrics.classification(truth, answered, probabilities, np.array([0, 1]), Sample.alike(len(truth), 0))[
            "accuracy"
        ].value
        == 0.75
    )


def test_a_metric_that_isnt_defined_is_left_out() -> None:
    found = metrics.classification(
        np.zeros(5), np.zeros(5), np.tile([0.7, 0.3], (5, 1)), np.array([0, 1]), Sample.alike(5, 0)
    )
    assert "roc_auc" not in found
    assert found["accuracy"].value == 1


def test_a_model_that_was_never_wrong_on_few_rows_may_be_wrong() -> None:
    """Each resample of these rows is answered right too: their bootstrap says 1 to 1."""
    truth = np.array([1] * 10 + [0] * 40)
    scores = np.column_stack([1.0 - truth, truth]) * 0.8 + 0.1
    found = metrics.classification(truth, truth, scores, np.array([0, 1]), Sample.alike(len(truth), 0))
    assert found["accuracy"].value == found["recall"].value == found["roc_auc"].value == 1
    assert 0.90 < found["accuracy"].low < 0.96
    assert 0.70 < found["recall"].low < 0.90
    assert found["roc_auc"].low == pytest.approx(0.875, abs=0.001)
    assert {metric.high for name, metric in found.items() if name != "log_loss"} == {1}


def test_intervals_of_labels_cover_the_truth_of_a_good_model_on_few_rows() -> None:
    accuracy, covered = 0.97, 0
    for seed in range(80):
        random = np.random.default_rng(seed)
        truth = (random.random(60) < 0.3).astype(int)
        answered = np.where(random.random(60) < accuracy, truth, 1 - truth)
        found = metrics.classification(
            truth, answered, np.tile([0.5, 0.5], (60, 1)), np.array([0, 1]), Sample.alike(len(truth), seed)
        )["accuracy"]
        covered += found.low <= accuracy <= found.high
    assert covered >= 0.93 * 80
