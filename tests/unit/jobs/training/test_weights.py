"""Rows that count more: in the fit, in each metric and interval, and never as a feature."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets
from sklearn import metrics as reference
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Harness
from tests.unit.jobs.training.heldout import held_out

COLUMNS = ["mean_texture", "mean_smoothness"]


def tumours(**columns: Any) -> pd.DataFrame:
    """Breast cancer, Wisconsin; rows weigh 0 to 4, those of large tumours more."""
    rows: pd.DataFrame = datasets.load_breast_cancer(as_frame=True).frame
    rows = rows.rename(columns=lambda name: name.replace(" ", "_"))
    weight = (rows["mean_area"] / 500).round(2).clip(upper=4)
    return rows[[*COLUMNS, "target"]].assign(weight=weight, **columns)


@pytest.fixture(scope="module")
def weighed(tmp_path_factory: pytest.TempPathFactory) -> Harness:
    harness = Harness(tmp_path_factory.mktemp("weighed"))
    harness.dataset(tumours(), split={"test": 0.3})
    return harness


@pytest.mark.parametrize(("name", "plain"), [
    ("linear_model.LogisticRegression", make_pipeline(StandardScaler(), LogisticRegression(random_state=7))),
    ("ensemble.RandomForestClassifier", RandomForestClassifier(min_samples_leaf=9, random_state=7)),
])  # fmt: skip
def test_fit_and_metrics_are_plain_scikit_learns_with_weights(weighed: Harness, name: str, plain: Any) -> None:
    params = {"min_samples_leaf": 9} if "Forest" in name else {}
    answer = weighed.train(name, "target", params, weightColumn="weight", crossValidation={"folds": 3})
    held = held_out(weighed, COLUMNS, "target", "Classification")
    frame = held.frame
    assert [tensor.name for tensor in weighed.bundle(answer).inputs] == COLUMNS
    assert weighed.card(answer)["modelParameters"]["leftOut"] == {"weight": "says what the row counts"}
    x, w = np.column_stack([frame.inputs[name] for name in COLUMNS]), tumours()["weight"].to_numpy()[frame.positions]
    learnt = np.setdiff1d(np.arange(len(x)), held.rows)
    plain.fit(x[learnt], frame.target[learnt], **{f"{_last(plain)}sample_weight": w[learnt]})
    scores, labels = plain.predict_proba(x[held.rows]), plain.predict(x[held.rows])
    truth, weights = held.target, w[held.rows]
    expected = {
        "roc_auc": reference.roc_auc_score(truth, scores[:, 1], sample_weight=weights),
        "accuracy": reference.accuracy_score(truth, labels, sample_weight=weights),
        "f1": reference.f1_score(truth, labels, sample_weight=weights),
        "log_loss": reference.log_loss(truth, scores, sample_weight=weights),
    }
    for metric, value in expected.items():
        found = answer["metrics"][metric]
        assert found["value"] == pytest.approx(value, rel=2e-3)
        assert found["low"] < found["value"] < found["high"]
        assert found["n"] == len(truth)


def _last(plain: Any) -> str:
    return f"{plain.steps[-1][0]}__" if hasattr(plain, "steps") else ""


def test_a_regression_is_weighed_too(harness: Harness) -> None:
    rows = datasets.load_diabetes(as_frame=True).frame
    rows = rows.assign(weight=np.random.default_rng(1).integers(1, 9, len(rows)))
    harness.dataset(rows, split={"test": 0.3})
    features = [name for name in rows if name not in ("target", "weight")]
    params = {"max_iter": 20}
    answer = harness.train(
        "ensemble.HistGradientBoostingRegressor", "target", params, task="Regression", weightColumn="weight"
    )
    held = held_out(harness, features, "target", "Regression")
    x = np.column_stack([held.frame.inputs[name] for name in features])
    w = rows["weight"].to_numpy()[held.frame.positions].astype(float)
    learnt = np.setdiff1d(np.arange(len(x)), held.rows)
    plain = HistGradientBoostingRegressor(**params, random_state=7).fit(x[learnt], held.frame.target[learnt], w[learnt])
    predicted = plain.predict(x[held.rows])
    for name, of in (("rmse", reference.root_mean_squared_error), ("r2", reference.r2_score)):
        expected = of(held.target, predicted, sample_weight=w[held.rows])
        assert answer["metrics"][name]["value"] == pytest.approx(expected, rel=1e-4)


def test_a_weight_of_two_is_the_row_twice(harness: Harness) -> None:
    """Of a line and its metrics; only the intervals know that it is one row."""
    rows = tumours().assign(weight=2.0)
    found = []
    for spec in ({"weightColumn": "weight"}, {"features": {"exclude": ["weight"]}}):
        harness.dataset(rows, split={"test": 0.3})
        answer = harness.train("linear_model.LogisticRegression", "target", {"C": 1e6, "max_iter": 1000}, **spec)
        found.append(answer["metrics"])
    for name, metric in found[0].items():
        assert metric["value"] == pytest.approx(found[1][name]["value"], abs=2e-3)
        assert metric["high"] - metric["low"] == pytest.approx(found[1][name]["high"] - found[1][name]["low"], rel=0.35)


@pytest.mark.parametrize(("wrong", "words"), [
    (-1.0, r"weightColumn: 1 of 569 rows weigh less than 0 \(of the dataset, from 0: row 3\)"),
    (None, "1 of 569 rows have none"),
])  # fmt: skip
def test_what_is_no_weight_is_refused(harness: Harness, wrong: float | None, words: str) -> None:
    rows = tumours()
    rows.loc[3, "weight"] = wrong
    harness.dataset(rows, schema={"columns": [{"name": "weight", "type": "number", "nullable": True}]})
    with pytest.raises(PermanentError, match=words) as refused:
        harness.train("linear_model.LogisticRegression", "target", weightColumn="weight")
    assert refused.value.reason == "UnsuitableWeights"


def test_a_class_that_weighs_nothing_and_a_column_that_is_no_number_are_refused(harness: Harness) -> None:
    rows = tumours(word="heavy")
    rows.loc[rows["target"] == 1, "weight"] = 0
    harness.dataset(rows)
    with pytest.raises(PermanentError, match="the training rows of the class 1 weigh 0 together"):
        harness.train("linear_model.LogisticRegression", "target", weightColumn="weight")
    with pytest.raises(PermanentError, match="word is no number"):
        harness.train("linear_model.LogisticRegression", "target", weightColumn="word")
    with pytest.raises(PermanentError, match="no column weights; did you mean weight"):
        harness.train("linear_model.LogisticRegression", "target", weightColumn="weights")


NEAR = {"name": "sklearn.neighbors.KNeighborsClassifier"}
LINE = {"name": "sklearn.linear_model.LogisticRegression"}


@pytest.mark.parametrize(("name", "params", "who"), [
    ("neighbors.KNeighborsClassifier", {}, "KNeighborsClassifier"),
    ("discriminant_analysis.LinearDiscriminantAnalysis", {}, "LinearDiscriminantAnalysis"),
    ("ensemble.AdaBoostClassifier", {}, "AdaBoostClassifier"),
    ("ensemble.VotingClassifier", {"voting": "soft", "estimators": [["a", LINE], ["b", NEAR]]}, "KNeighborsClassifier"),
    ("ensemble.BaggingClassifier", {"estimator": NEAR}, "KNeighborsClassifier"),
])  # fmt: skip
def test_an_estimator_that_learns_from_each_row_alike_is_refused_by_name(
    weighed: Harness, name: str, params: dict[str, Any], who: str
) -> None:
    with pytest.raises(PermanentError, match=f"spec.training.weightColumn: {who} takes no weights") as refused:
        weighed.train(name, "target", params, weightColumn="weight")
    assert refused.value.reason == "UnsuitableEstimator"


@pytest.mark.parametrize(("name", "params"), [
    ("ensemble.VotingClassifier", {"voting": "soft", "estimators": [["a", LINE], ["b", LINE]]}),
    ("ensemble.StackingClassifier", {"estimators": [["a", LINE]]}),
    ("ensemble.BaggingClassifier", {"estimator": LINE}),
    ("calibration.CalibratedClassifierCV", {"estimator": LINE}),
    ("neural_network.MLPClassifier", {"max_iter": 30}),
    ("xgboost.XGBClassifier", {"n_estimators": 5}),
    ("lightgbm.LGBMClassifier", {"n_estimators": 5}),
])  # fmt: skip
def test_weights_reach_each_part_that_learns(weighed: Harness, name: str, params: dict[str, Any]) -> None:
    with_weights, without = (
        weighed.train(name, "target", params, features={"include": COLUMNS}, **spec)
        for spec in ({"weightColumn": "weight"}, {})
    )
    asked = held_out(weighed, COLUMNS, "target", "Classification").questions()
    scores = [weighed.engine(answer).infer(asked)["probabilities"] for answer in (with_weights, without)]
    assert np.abs(scores[0] - scores[1]).max() > 0.01


def test_what_rows_count_is_no_feature() -> None:
    from colonnade_api.models.training import Training  # noqa: PLC0415

    spec = {"datasetRef": {"name": "d"}, "target": "y", "task": "Regression", "estimator": {"name": "sklearn.a.B"}}
    for wrong in ({"weightColumn": "y"}, {"weightColumn": "w", "features": {"include": ["w"]}}):
        with pytest.raises(ValueError, match="weightColumn says what a row counts"):
            Training.model_validate(spec | wrong)
