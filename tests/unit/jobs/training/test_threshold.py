"""Where the label is cut: chosen on folds of the training rows, and what is served goes by it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import datasets
from sklearn import metrics as reference
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from colonnade_api.models.ownmetrics import OwnMetric
from colonnade_api.models.threshold import DecisionThreshold
from colonnade_api.models.training import Training
from colonnade_jobs.errors import PermanentError
from colonnade_jobs.training.learning.threshold import Scored, answered, choose
from tests.unit.jobs.harness import Harness
from tests.unit.jobs.training.heldout import held_out

LINE = "linear_model.LogisticRegression"
COST = {"name": "cost", "expression": "10 * fn + fp", "direction": "minimize"}
COLUMNS = ["mean_texture", "mean_smoothness"]


@given(seed=st.integers(0, 10_000), rows=st.integers(2, 60), weighed=st.booleans())
def test_no_other_cut_between_two_scores_does_better(seed: int, rows: int, weighed: bool) -> None:
    random = np.random.default_rng(seed)
    truth, scores = random.integers(0, 2, rows), random.random(rows).round(2)
    truth[:2] = 0, 1
    weights = random.random(rows) + 0.1 if weighed else np.ones(rows)
    of = Scored(truth, scores, weights)
    found = choose(DecisionThreshold(maximize="f1"), (), of)
    tried = [
        reference.f1_score(truth, scores >= cut, sample_weight=weights, zero_division=0)
        for cut in [0.001, *(np.unique(scores) + 0.005)]
    ]
    assert found.on_folds == pytest.approx(max(tried), rel=1e-5)
    mine = reference.f1_score(truth, answered(scores, found.value), sample_weight=weights, zero_division=0)
    assert mine == pytest.approx(max(tried))
    costs = choose(DecisionThreshold(minimize="cost"), (OwnMetric.model_validate(COST),), of)
    misses, alarms = ((truth == a) & (answered(scores, costs.value) == 1 - a) for a in (1, 0))
    assert costs.on_folds == pytest.approx(10 * weights @ misses + weights @ alarms, rel=1e-5)


@pytest.fixture(scope="module")
def tumours(tmp_path_factory: pytest.TempPathFactory) -> Harness:
    harness = Harness(tmp_path_factory.mktemp("tumours"))
    rows = datasets.load_breast_cancer(as_frame=True).frame.rename(columns=lambda name: name.replace(" ", "_"))
    rows["finding"] = np.where(rows["target"] == 0, "malignant", "benign")
    rows["sick"] = 1 - rows["target"]
    harness.dataset(rows[[*COLUMNS, "target", "finding", "sick"]], split={"test": 0.4})
    return harness


def trained(harness: Harness, target: str = "sick", estimator: str = LINE, **spec: Any) -> dict[str, Any]:
    return harness.train(estimator, target, features={"include": COLUMNS}, **spec)


def test_it_is_the_best_over_plain_scikit_learns_folds_and_is_served(tumours: Harness) -> None:
    answer = trained(tumours, decisionThreshold={"minimize": "cost"}, metrics=[COST])
    held = held_out(tumours, COLUMNS, "sick", "Classification")
    x = np.column_stack([held.frame.inputs[name] for name in COLUMNS])
    learnt = np.setdiff1d(np.arange(len(x)), held.rows)
    plain = make_pipeline(StandardScaler(), LogisticRegression(random_state=7))
    folds = StratifiedKFold(5, shuffle=True, random_state=7)
    y = held.frame.target[learnt]
    scores = cross_val_predict(plain, x[learnt], y, cv=folds, method="predict_proba")[:, 1]

    def cost(cut: float) -> int:
        return int(10 * ((y == 1) & (scores < cut)).sum() + ((y == 0) & (scores >= cut)).sum())

    chosen = answer["threshold"]
    assert chosen["metric"] == "cost"
    assert chosen["onFolds"] == min(cost(cut) for cut in np.r_[0, np.sort(scores), 1])
    assert cost(chosen["value"]) == chosen["onFolds"]
    assert chosen["value"] < 0.3
    served = tumours.engine(answer).infer(held.questions())
    labels = (served["probabilities"][:, 1] >= np.float32(chosen["value"])).astype(int)
    assert (served["label"].ravel() == labels).all()
    assert (labels != (served["probabilities"][:, 1] >= 0.5)).any()
    found = answer["metrics"]
    assert found["recall"]["value"] == pytest.approx(reference.recall_score(held.target, labels), abs=1e-5)
    assert found["accuracy"]["value"] == pytest.approx(reference.accuracy_score(held.target, labels), abs=1e-5)
    without = trained(tumours, metrics=[COST])
    assert found["roc_auc"] == without["metrics"]["roc_auc"]
    assert found["cost"]["value"] < without["metrics"]["cost"]["value"]
    page = (tumours.fetched(answer["artifactUri"]) / "card.html").read_text()
    assert "1 from a probability of" in page
    assert "where cost over the folds is best" in page


@pytest.mark.parametrize(("estimator", "params"), [
    ("ensemble.RandomForestClassifier", {"n_estimators": 20, "min_samples_leaf": 5}),
    ("ensemble.HistGradientBoostingClassifier", {"max_iter": 10}),
    ("svm.SVC", {"probability": True}),
    ("xgboost.XGBClassifier", {"n_estimators": 10}),
    ("lightgbm.LGBMClassifier", {"n_estimators": 10}),
    ("neighbors.KNeighborsClassifier", {"n_neighbors": 20}),
])  # fmt: skip
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_texts_are_cut_as_well_whatever_the_estimator(tumours: Harness, estimator: str, params: dict[str, Any]) -> None:
    answer = trained(tumours, "finding", estimator, params=params, decisionThreshold={"value": 0.2})
    assert answer["threshold"] == {"value": 0.2, "metric": None, "onFolds": None}
    asked = held_out(tumours, COLUMNS, "finding", "Classification").questions()
    served = tumours.engine(answer).infer(asked)
    expected = np.where(served["probabilities"][:, 1] >= np.float32(0.2), "malignant", "benign")
    assert (served["label"].ravel() == expected).all()
    assert len(set(expected)) == 2


def test_folds_are_judged_at_the_cut_that_the_other_folds_choose(tumours: Harness) -> None:
    chosen = trained(tumours, decisionThreshold={"maximize": "f1"}, crossValidation={"folds": 4})
    usual = trained(tumours, crossValidation={"folds": 4})
    assert chosen["crossValidation"]["roc_auc"] == usual["crossValidation"]["roc_auc"]
    assert chosen["crossValidation"]["f1"] != usual["crossValidation"]["f1"]
    assert chosen["crossValidation"]["f1"]["mean"] <= chosen["threshold"]["onFolds"] + 0.01


def test_more_classes_and_metrics_of_scores_are_refused_before_the_fit(harness: Harness, tumours: Harness) -> None:
    harness.dataset(datasets.load_wine(as_frame=True).frame[["alcohol", "ash", "target"]])
    with pytest.raises(PermanentError, match=r"decisionThreshold: the target has 3 classes") as refused:
        harness.train(LINE, "target", {"C": -1}, decisionThreshold={"maximize": "f1"})
    assert refused.value.reason == "UnsuitableThreshold"
    brier = {"name": "brier", "expression": "mean((score - y) ** 2)", "direction": "minimize"}
    with pytest.raises(PermanentError, match="brier goes by score, which no threshold changes"):
        trained(tumours, decisionThreshold={"minimize": "brier"}, metrics=[brier])


@pytest.mark.parametrize(("cut", "words"), [
    ({}, "exactly one of value, maximize and minimize"),
    ({"value": 0.5, "maximize": "f1"}, "exactly one of value, maximize and minimize"),
    ({"maximize": "recall"}, "name accuracy, f1, or one of spec.training.metrics whose direction is maximize"),
    ({"maximize": "cost"}, "whose direction is maximize"),
    ({"minimize": "log_loss"}, "name one of spec.training.metrics whose direction is minimize"),
    ({"value": 1.0}, "less than 1"),
])  # fmt: skip
def test_a_cut_that_means_nothing_is_refused_by_the_api(cut: dict[str, Any], words: str) -> None:
    spec = {"datasetRef": {"name": "d"}, "target": "y", "task": "Classification", "estimator": {"name": "sklearn.a.B"}}
    with pytest.raises(ValueError, match=words):
        Training.model_validate(spec | {"metrics": [COST], "decisionThreshold": cut})
    with pytest.raises(ValueError, match="of which a Regression has none"):
        Training.model_validate(spec | {"task": "Regression", "decisionThreshold": {"value": 0.5}})
