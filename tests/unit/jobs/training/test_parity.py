"""The serving engine answers as scikit-learn does, on every held-out row: estimators x columns x tasks."""

from typing import Any

import numpy as np
import pytest

from colonnade_jobs.refusals import Refusal
from colonnade_jobs.training import parity
from tests.unit.jobs.desk import FEATURES, Desk

CLASSIFIERS: dict[str, dict[str, Any]] = {
    "linear_model.LogisticRegression": {"max_iter": 1000},
    "linear_model.SGDClassifier": {"loss": "log_loss"},
    "tree.DecisionTreeClassifier": {"max_depth": 6},
    "ensemble.RandomForestClassifier": {"n_estimators": 20},
    "ensemble.ExtraTreesClassifier": {"n_estimators": 20},
    "ensemble.GradientBoostingClassifier": {"n_estimators": 20},
    "ensemble.HistGradientBoostingClassifier": {"max_iter": 20},
    "ensemble.AdaBoostClassifier": {"n_estimators": 10},
    "ensemble.BaggingClassifier": {"n_estimators": 5},
    "neighbors.KNeighborsClassifier": {},
    "naive_bayes.GaussianNB": {},
    "naive_bayes.MultinomialNB": {},
    "naive_bayes.BernoulliNB": {},
    "neural_network.MLPClassifier": {"hidden_layer_sizes": [16, 8], "max_iter": 60},
    "discriminant_analysis.LinearDiscriminantAnalysis": {},
    "discriminant_analysis.QuadraticDiscriminantAnalysis": {"reg_param": 0.1},
    "calibration.CalibratedClassifierCV": {"estimator": {"name": "sklearn.svm.LinearSVC"}},
    "multiclass.OneVsRestClassifier": {"estimator": {"name": "sklearn.linear_model.LogisticRegression"}},
    "ensemble.StackingClassifier": {
        "estimators": [
            ["near", {"name": "sklearn.neighbors.KNeighborsClassifier", "params": {"n_neighbors": 7}}],
            ["trees", {"name": "sklearn.ensemble.HistGradientBoostingClassifier", "params": {"max_iter": 10}}],
        ],
        "final_estimator": {"name": "sklearn.linear_model.LogisticRegression"},
        "cv": 3,
    },
    "ensemble.VotingClassifier": {
        "voting": "soft",
        "weights": [2, 1],
        "estimators": [
            ["line", {"name": "sklearn.linear_model.LogisticRegression"}],
            ["trees", {"name": "sklearn.ensemble.RandomForestClassifier", "params": {"n_estimators": 10}}],
        ],
    },
    "pipeline.Pipeline": {
        "steps": [
            ["scale", {"name": "sklearn.preprocessing.StandardScaler"}],
            ["reduce", {"name": "sklearn.decomposition.PCA", "params": {"n_components": 5}}],
            ["line", {"name": "sklearn.linear_model.LogisticRegression"}],
        ]
    },
}
REGRESSORS: dict[str, dict[str, Any]] = {
    "linear_model.LinearRegression": {},
    "linear_model.Ridge": {},
    "linear_model.Lasso": {},
    "svm.SVR": {},
    "tree.DecisionTreeRegressor": {"max_depth": 6},
    "ensemble.RandomForestRegressor": {"n_estimators": 20},
    "ensemble.GradientBoostingRegressor": {"n_estimators": 20},
    "ensemble.HistGradientBoostingRegressor": {"max_iter": 20},
    "neighbors.KNeighborsRegressor": {},
    "neural_network.MLPRegressor": {"hidden_layer_sizes": [16], "max_iter": 200, "learning_rate_init": 0.05},
    "ensemble.StackingRegressor": {
        "estimators": [
            ["line", {"name": "sklearn.linear_model.Ridge"}],
            ["trees", {"name": "sklearn.ensemble.HistGradientBoostingRegressor", "params": {"max_iter": 10}}],
        ],
        "cv": 3,
    },
}


@pytest.mark.parametrize("target", ["binary", "grade"])
@pytest.mark.parametrize("estimator", CLASSIFIERS)
def test_a_classifier_serves_as_it_was_judged(peoples_desk: Desk, estimator: str, target: str) -> None:
    answer = peoples_desk.train(estimator, target, CLASSIFIERS[estimator], features={"include": FEATURES})
    assert answer["outcome"] == "Trained"
    assert answer["parity"]["worst"] <= parity.TOLERANCE
    assert answer["metrics"]["roc_auc"]["value"] > 0.6


@pytest.mark.parametrize("estimator", REGRESSORS)
def test_a_regressor_serves_as_it_was_judged(peoples_desk: Desk, estimator: str) -> None:
    answer = peoples_desk.train(
        estimator, "amount", REGRESSORS[estimator], task="Regression", features={"include": FEATURES}
    )
    assert answer["parity"]["worst"] <= parity.TOLERANCE
    assert answer["metrics"]["r2"]["high"] > 0


@pytest.mark.parametrize("column", FEATURES)
def test_one_kind_of_column_alone_is_enough(peoples_desk: Desk, column: str) -> None:
    answer = peoples_desk.train("linear_model.LogisticRegression", "flag", features={"include": [column]})
    assert answer["parity"]["rows"] == 80
    assert [tensor.name for tensor in peoples_desk.bundle(answer).inputs] == [column]


def test_trees_behind_a_scaler_fail_with_the_reason_and_the_remedy() -> None:
    with pytest.raises(Refusal, match=r"13 of 100 held-out rows .*worst 0\.5.*set preprocessing.scale: Auto"):
        parity.check(parity.Parity(100, 13, 0.5), "sklearn.ensemble.RandomForestClassifier", "Standard")


def test_a_row_differs_when_its_label_does_and_no_two_classes_tie() -> None:
    sure, torn = np.array([[0.2, 0.8]]), np.array([[0.5, 0.5]])
    no, yes = np.array(["no"]), np.array(["yes"])
    assert parity.compare([yes, sure], [no, sure]).failed == 1
    assert parity.compare([yes, torn], [no, torn]).failed == 0


def test_an_answer_that_is_no_number_differs() -> None:
    found = parity.compare([np.array([[1.0]])], [np.array([[np.nan]])])
    assert found.failed == 1
    assert found.worst == np.inf


def test_differences_are_relative_for_large_numbers() -> None:
    assert parity.compare([np.array([[1e6]])], [np.array([[1e6 + 5]])]).failed == 0
    assert parity.compare([np.array([[1e6]])], [np.array([[1e6 + 50]])]).failed == 1
