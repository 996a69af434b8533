"""From a name to an estimator: scikit-learn's own, two boosters, and nothing else."""

from typing import Any

import pytest
from sklearn.base import BaseEstimator

from colonnade_api.models.training import Estimator
from colonnade_jobs.errors import PermanentError
from colonnade_jobs.training.learning import estimators, supported


def build(name: str, task: str = "Classification", **params: Any) -> BaseEstimator:
    unchecked = Estimator.model_construct(name=name, params=params)  # as an estimator among another's params is
    return estimators.build(unchecked, task, seed=7)


def test_estimators_nest_as_deep_as_the_manifest() -> None:
    found = build(
        "sklearn.ensemble.StackingClassifier",
        estimators=[
            ["near", {"name": "sklearn.neighbors.KNeighborsClassifier", "params": {"n_neighbors": 3}}],
            ["bag", {"name": "sklearn.ensemble.BaggingClassifier",
                     "params": {"estimator": {"name": "sklearn.tree.DecisionTreeClassifier"}}}],
        ],
    )  # fmt: skip
    assert [name for name, _ in found.estimators] == ["near", "bag"]
    assert found.estimators[0][1].n_neighbors == 3
    assert type(found.estimators[1][1].estimator).__name__ == "DecisionTreeClassifier"


def test_every_random_state_gets_the_seed_unless_it_has_one() -> None:
    tree = {"name": "sklearn.tree.DecisionTreeClassifier", "params": {"random_state": 1}}
    found = build("sklearn.ensemble.BaggingClassifier", estimator=tree)
    assert (found.random_state, found.estimator.random_state) == (7, 1)


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("sklearn.ensemble.HistGradientBostingClassifier", "sklearn.ensemble.HistGradientBoostingClassifier"),
        ("sklearn.linear_models.LogisticRegression", "sklearn.linear_model.LogisticRegression"),
        ("os.system", ""),
        ("sklearn.utils.os.system", ""),
        ("sklearn.base.BaseEstimator.x", ""),
        ("sklearn.datasets.load_iris", ""),
        ("LogisticRegression", ""),
    ],
)
def test_what_isnt_scikit_learns_is_refused_with_what_is_close(name: str, suggestion: str) -> None:
    with pytest.raises(PermanentError, match=f"has no estimator {name}.*{suggestion}") as error:
        build(name)
    assert error.value.reason == "UnknownEstimator"


@pytest.mark.parametrize(
    ("name", "params", "reason", "message"),
    [
        (
            "sklearn.linear_model.LogisticRegression",
            {"max_iterations": 5},
            "UnknownParameter",
            "did you mean max_iter?",
        ),
        ("sklearn.linear_model.LinearRegression", {}, "UnsuitableEstimator", "is no classifier"),
        ("sklearn.cluster.KMeans", {}, "UnsuitableEstimator", "is no classifier"),
        ("sklearn.svm.LinearSVC", {}, "UnsuitableEstimator", "wrap it: {name: sklearn.calibration"),
        ("sklearn.ensemble.VotingClassifier", {"estimators": []}, "UnsuitableEstimator", "{voting: soft}"),
    ],
)
def test_what_doesnt_do_is_refused_with_the_remedy(
    name: str, params: dict[str, Any], reason: str, message: str
) -> None:
    with pytest.raises(PermanentError) as error:
        build(name, **params)
    assert error.value.reason == reason
    assert message in error.value.message


def test_what_cant_be_exported_is_refused_before_it_is_trained() -> None:
    with pytest.raises(PermanentError, match="DummyClassifier has no ONNX form") as error:
        supported.check(build("sklearn.dummy.DummyClassifier"))
    assert error.value.reason == "ExportUnsupported"


LINE = {"name": "sklearn.linear_model.LogisticRegression"}
MACHINE = {"name": "sklearn.svm.SVC", "params": {"probability": True}}
HIST = "sklearn.ensemble.HistGradientBoostingClassifier"


@pytest.mark.parametrize(
    ("name", "params", "message"),
    [
        (HIST, {"categorical_features": [0]}, "params.categorical_features: .* compares the categories as numbers"),
        (HIST, {"categorical_features": ["a"]}, "can't be served with"),
        ("sklearn.ensemble.BaggingClassifier",
         {"estimator": {"name": HIST, "params": {"categorical_features": [1]}}}, "categorical_features"),
        ("sklearn.calibration.CalibratedClassifierCV", {"method": "isotonic"}, "with isotonic: .*; use sigmoid"),
        ("sklearn.calibration.CalibratedClassifierCV", {"method": "temperature"}, "with temperature"),
        ("sklearn.model_selection.TunedThresholdClassifierCV", {"estimator": LINE}, "a threshold of its own"),
        ("sklearn.gaussian_process.GaussianProcessClassifier", {}, "the serving engine can't run"),
        ("sklearn.calibration.CalibratedClassifierCV", {"estimator": MACHINE}, "set probability: false"),
        ("sklearn.multiclass.OneVsRestClassifier", {"estimator": MACHINE}, "SVC tells several classes apart by itself"),
        ("sklearn.ensemble.AdaBoostClassifier", {"estimator": MACHINE}, "over SVC .* own labels"),
        ("sklearn.ensemble.GradientBoostingClassifier", {"init": LINE}, "starts from a constant"),
        ("sklearn.ensemble.StackingClassifier",
         {"estimators": [["a", LINE]], "stack_method": "predict"}, "stacks probabilities; use auto"),
        ("sklearn.feature_selection.RFE", {"estimator": LINE}, "SelectKBest before one"),
        ("sklearn.neighbors.RadiusNeighborsClassifier", {}, "no training row within its radius"),
        ("sklearn.naive_bayes.CategoricalNB", {}, "use sklearn.naive_bayes.BernoulliNB"),
        ("sklearn.multioutput.MultiOutputClassifier", {"estimator": LINE}, "several targets"),
    ],
)  # fmt: skip
def test_what_is_exported_wrong_is_refused_before_it_is_trained(
    name: str, params: dict[str, Any], message: str
) -> None:
    with pytest.raises(PermanentError, match=message) as error:
        supported.check(build(name, **params))
    assert error.value.reason == "ExportUnsupported"


def test_an_estimator_made_of_another_asks_for_it() -> None:
    with pytest.raises(PermanentError, match=r"SelfTrainingClassifier needs an estimator"):
        build("sklearn.semi_supervised.SelfTrainingClassifier")
