"""class_weight is written in JSON, whose keys are texts: it weighs the classes that the target has."""

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from colonnade_api.models.training import Estimator
from colonnade_jobs.errors import PermanentError
from colonnade_jobs.training.learning import classweights, estimators
from tests.unit.jobs.harness import Harness

LINE = "sklearn.linear_model.LogisticRegression"
WHOLE = np.array([3, 7, 7])
WEIGHED = {"name": LINE, "params": {"class_weight": {"3": 1, "7": 5}}}


def weighed(name: str, target: np.ndarray, **params: Any) -> Any:
    estimator = estimators.build(Estimator(name=f"sklearn.{name}", params=params), "Classification", seed=7)
    classweights.by_class(estimator, target)
    return estimator


@pytest.mark.parametrize(
    ("target", "keys", "expected"),
    [
        (WHOLE, {"3": 1, "7": 5}, {3: 1, 7: 5}),
        (np.array(["no", "yes"]), {"no": 1, "yes": 5}, {"no": 1, "yes": 5}),
        (np.array([0, 1]), {"false": 1, "true": 5}, {0: 1, 1: 5}),
        (WHOLE, "balanced", "balanced"),
    ],
)
def test_keys_are_the_targets_classes(target: np.ndarray, keys: Any, expected: Any) -> None:
    assert weighed("linear_model.LogisticRegression", target, class_weight=keys).class_weight == expected


def test_members_that_are_taught_numbers_get_numbers() -> None:
    voting = weighed("ensemble.VotingClassifier", WHOLE, voting="soft", estimators=[["line", WEIGHED]])
    assert voting.estimators[0][1].class_weight == {0: 1, 1: 5}
    bagging = weighed("ensemble.BaggingClassifier", WHOLE, estimator=WEIGHED)
    assert bagging.estimator.class_weight == {0: 1, 1: 5}
    steps = weighed("pipeline.Pipeline", WHOLE, steps=[["line", WEIGHED]])
    assert steps[-1].class_weight == {3: 1, 7: 5}


@pytest.mark.parametrize(
    ("name", "params", "message"),
    [
        ("linear_model.LogisticRegression", {"class_weight": {"8": 2}}, "no class 8; there are 3, 7"),
        ("multiclass.OneVsRestClassifier", {"estimator": WEIGHED}, "class_weight: balanced"),
    ],
)
def test_what_is_no_class_is_refused_by_name(name: str, params: dict[str, Any], message: str) -> None:
    with pytest.raises(PermanentError, match=message) as error:
        weighed(name, WHOLE, **params)
    assert error.value.reason == "InvalidParameter"


@pytest.mark.parametrize("target", ["grade", "flag", "binary"])
def test_a_weighed_training_is_served(peoples_harness: Harness, target: str) -> None:
    weights = {"grade": {"0": 1, "1": 1, "2": 20}, "flag": {"false": 1, "true": 20}, "binary": {"no": 1, "yes": 20}}
    wanted: dict[str, Any] = {"class_weight": weights[target]}
    recall = [
        peoples_harness.train("linear_model.LogisticRegression", target, params, features={"include": ["age", "city"]})[
            "metrics"
        ]["roc_auc" if target == "grade" else "recall"]["value"]
        for params in (wanted, {})
    ]
    assert recall[0] != recall[1] if target == "grade" else recall[0] > recall[1]


@pytest.mark.parametrize(("name", "params"), [
    ("ensemble.VotingClassifier", {"voting": "soft", "estimators": [["line", WEIGHED]]}),
    ("ensemble.StackingClassifier", {"estimators": [["line", WEIGHED]], "final_estimator": WEIGHED}),
    ("ensemble.BaggingClassifier", {"estimator": WEIGHED}),
    ("calibration.CalibratedClassifierCV", {"estimator": WEIGHED}),
    ("ensemble.AdaBoostClassifier", {"estimator": WEIGHED}),
])  # fmt: skip
def test_scikit_learn_takes_the_keys_that_each_ensemble_gets(name: str, params: dict[str, Any]) -> None:
    x, target = np.random.default_rng(0).normal(size=(60, 2)), np.tile([3, 7, 7], 20)
    assert weighed(name, target, **params).fit(x, target).predict(x).shape == (60,)
    assert LogisticRegression(class_weight={3: 1, 7: 5}).fit(x, target).predict(x).shape == (60,)
