"""AutoML's spec is a search as any: which estimator is one of its parameters."""

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from colonnade_api.models.candidates import OF_ONE_TASK, Candidate
from colonnade_api.models.metrics import Task
from colonnade_api.models.training import Training

TASKS: tuple[Task, ...] = ("Classification", "Regression")


def automl(task: Task = "Classification", metric: str = "", **given: Any) -> Training:
    asked = {"metric": metric or ("rmse" if task == "Regression" else "roc_auc"), **given}
    return Training.model_validate({"datasetRef": {"name": "rows"}, "target": "y", "task": task, "automl": asked})


@pytest.mark.parametrize("task", TASKS)
def test_what_depends_on_an_estimator_is_written_out_for_it_alone(task: Task) -> None:
    training = automl(task)
    search = training.search
    assert search
    which, *others = search.parameters
    assert which.name == "estimator"
    assert all(one.when and one.when.name == "estimator" for one in others)
    found = training.tuned({"estimator": "rf", "rf__n_estimators": 9, "rf__max_features": 0.5})
    assert found.learner.name.startswith("sklearn.ensemble.RandomForest")
    assert found.learner.params == {"n_estimators": 9, "max_features": 0.5}
    assert (found.automl, found.search) == (None, None)


def test_every_estimator_can_be_asked_for() -> None:
    for task in TASKS:
        known = set(get_args(Candidate)) - {one for other in TASKS if other != task for one in OF_ONE_TASK[other]}
        search = automl(task, estimators=sorted(known)).search
        assert search
        assert {one.when.in_[0] for one in search.parameters if one.when} == known


def test_each_is_tried_first_with_its_librarys_defaults() -> None:
    asked = automl(estimators=["rf", "lgbm"]).automl
    assert asked
    assert [asked.first_of("Classification", n) for n in range(3)] == [{"estimator": "rf"}, {"estimator": "lgbm"}, None]


@pytest.mark.parametrize(
    ("task", "asked", "said"),
    [
        ("Regression", {"estimators": ["lrl1"]}, "leave out lrl1, lrl2"),
        ("Classification", {"estimators": ["enet"]}, "what learns a Regression alone is among them: leave out enet"),
        ("Classification", {"metric": "rmse"}, r"nor of spec\.training\.metrics"),
    ],
)
def test_what_cannot_be_is_refused(task: Task, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        automl(task, **asked)


def test_one_estimator_and_several_exclude_each_other() -> None:
    usual = {"datasetRef": {"name": "rows"}, "target": "y", "task": "Classification"}
    with pytest.raises(ValidationError, match="exactly one of estimator and automl"):
        Training.model_validate(usual)
    both = {"automl": {"metric": "roc_auc"}, "estimator": {"name": "sklearn.tree.DecisionTreeClassifier"}}
    with pytest.raises(ValidationError, match="exactly one of estimator and automl"):
        Training.model_validate(usual | both)
