"""The card's pictures show what was counted, beside scikit-learn's and scipy's own numbers, and show no row."""

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import auc, confusion_matrix, roc_auc_score

from colonnade_jobs.training.judging import curves
from tests.unit.jobs.harness import Harness
from tests.unit.serving import models

ROWS = 500


def rows(seed: int = 1) -> pd.DataFrame:
    """y leans on a, a little on b, and not at all on c."""
    random = np.random.default_rng(seed)
    a, b, c = random.normal(size=(3, ROWS))
    score = 2 * a + 0.7 * b + random.normal(size=ROWS)
    sex = random.choice(["f", "m"], ROWS)
    return pd.DataFrame({"a": a, "b": b, "c": c, "sex": sex, "y": np.where(score > 0, "yes", "no"), "amount": score})


@pytest.fixture
def classifier(harness: Harness) -> dict[str, Any]:
    harness.dataset(rows().drop(columns="amount"))
    fairness = {"sensitive": ["sex"], "minGroupSize": 10}
    return harness.train("linear_model.LogisticRegression", "y", fairness=fairness)


def pictures(harness: Harness, answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = harness.card(answer)["quantitativeAnalysis"]["pictures"]
    return found


def page(harness: Harness, answer: dict[str, Any]) -> str:
    return (harness.fetched(answer["artifactUri"]) / "card.html").read_text()


def test_counts_and_curves_are_of_the_held_out_rows(harness: Harness, classifier: dict[str, Any]):
    drawn = pictures(harness, classifier)
    assert sum(map(sum, drawn["confusion"])) == 100
    right = drawn["confusion"][0][0] + drawn["confusion"][1][1]
    assert right / 100 == pytest.approx(classifier["metrics"]["accuracy"]["value"], abs=1e-6)
    area = auc(*zip(*drawn["roc"], strict=True))
    assert area == pytest.approx(classifier["metrics"]["roc_auc"]["value"], abs=0.01)
    assert sum(each["rows"] for each in drawn["calibration"]) == 100


def test_what_the_target_leans_on_comes_first_and_chance_last(harness: Harness, classifier: dict[str, Any]):
    found = pictures(harness, classifier)["importances"]
    assert found["metric"] == "accuracy"
    assert [each["name"] for each in found["inputs"]][:2] == ["a", "b"]
    assert found["inputs"][0]["value"] > 0.2
    assert abs(next(each["value"] for each in found["inputs"] if each["name"] == "c")) < 0.05
    assert all(each["low"] <= each["value"] <= each["high"] for each in found["inputs"])


def test_the_page_draws_them_and_stands_alone(harness: Harness, classifier: dict[str, Any]):
    html = page(harness, classifier)
    told = re.findall(r'<svg role="img" aria-label="([^":]+)', html)
    assert told == [
        "Confusion matrix",
        *[name for name in told if name.startswith("ROC curve")],
        "Precision by recall",
        "Calibration",
        "Importances",
        "Selected by group",
        "True positives by group",
        "False positives by group",
    ]
    assert "<script" not in html
    assert "http" not in html.replace("https://colonnade.dev", "")


def test_the_same_training_draws_the_same_card(harness: Harness, classifier: dict[str, Any]):
    fairness = {"sensitive": ["sex"], "minGroupSize": 10}
    again = harness.train("linear_model.LogisticRegression", "y", fairness=fairness)
    assert again["digest"] == classifier["digest"]


def test_a_regressions_errors_are_counted_and_no_row_is_told(harness: Harness):
    harness.dataset(rows().drop(columns="y"))
    answer = harness.train("linear_model.Ridge", "amount", task="Regression")
    drawn = pictures(harness, answer)
    assert sum(map(sum, drawn["predicted"]["cells"])) == sum(drawn["residuals"]["rows"]) == 100
    assert drawn["importances"]["metric"] == "r2"
    assert drawn["importances"]["inputs"][0]["name"] == "a"
    assert {"Errors", "True by predicted value"} <= set(re.findall(r'aria-label="([^":]+)', page(harness, answer)))


def test_an_imported_model_has_no_pictures(harness: Harness):
    models.logistic(harness.folder / "model.onnx")
    answer = harness.make({"model": "late", "source": {"storageUri": f"file://{harness.folder}/model.onnx"}})
    assert "pictures" not in harness.card(answer)["quantitativeAnalysis"]
    assert "<svg" not in page(harness, answer)


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=2, max_size=200))
def test_curves_agree_with_scikit_learn_and_scipy(pairs: list[tuple[int, float]]):
    truth, chance = np.array([t for t, _ in pairs]), np.array([c for _, c in pairs])
    answered = (chance > 0.5).astype(int)
    drawn = curves.classification(truth, answered, np.stack([1 - chance, chance], 1), np.array([0, 1]))
    assert drawn["confusion"] == confusion_matrix(truth, answered, labels=[0, 1]).tolist()
    if len(set(truth)) < 2:
        assert "roc" not in drawn
        return
    if len(drawn["roc"]) < curves.POINTS:
        assert auc(*zip(*drawn["roc"], strict=True)) == pytest.approx(roc_auc_score(truth, chance), abs=2e-3)
    for each in drawn["calibration"]:
        interval = binomtest(round(each["seen"] * each["rows"]), each["rows"]).proportion_ci(method="wilson")
        assert (each["low"], each["high"]) == pytest.approx((interval.low, interval.high), abs=1e-3)


def test_many_classes_have_no_matrix_and_a_constant_no_plot():
    labels = np.arange(30)
    assert curves.classification(labels, labels, np.eye(30), labels) == {}
    assert curves.regression(np.ones(9), np.ones(9)) == {}
