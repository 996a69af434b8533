"""What a trial tries, and that what it measures is what cross-validation of those parameters gives."""

import json
import math
import tempfile
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer

from colonnade_api.jobs import TrialJob, TrialResult
from colonnade_api.models.candidates import Candidate
from colonnade_api.models.training import Training
from colonnade_api.models.trials import Trial
from colonnade_jobs.specs import read
from colonnade_jobs.training import tuning
from colonnade_jobs.training.judging.crossvalidation import thinned
from colonnade_jobs.training.tuning.search import propose
from tests.unit.jobs.harness import Harness

SPACE = [
    {"name": "C", "parameterType": "double", "feasibleSpace": {"min": 0.001, "max": 100, "distribution": "logUniform"}},
    {"name": "max_iter", "parameterType": "int", "feasibleSpace": {"min": 100, "max": 300, "step": 50}},
    {"name": "fit_intercept", "parameterType": "categorical", "feasibleSpace": {"list": [True, False]}},
    {"name": "class_weight", "parameterType": "categorical", "feasibleSpace": {"list": ["balanced", None]}},
    {"name": "tol", "parameterType": "discrete", "feasibleSpace": {"list": [0.001, 0.0001]}},
]


def wanted(algorithm: str = "Random", seed: int = 7, **changed: Any) -> Training:
    """A training with a search."""
    spec = {"algorithm": {"name": algorithm}, "objective": {"metricName": "roc_auc"}, "parameters": SPACE}
    return Training.model_validate(
        {
            "datasetRef": {"name": "rows"},
            "target": "target",
            "task": "Classification",
            "estimator": {"name": "sklearn.linear_model.LogisticRegression"},
            "seed": seed,
            "tuning": spec | changed,
        }
    )


@pytest.mark.parametrize("algorithm", ["Random", "TPE"])
@given(seed=st.integers(0, 2**32 - 1), number=st.integers(0, 199))
def test_what_is_proposed_lies_in_the_space_and_is_the_same_each_time(algorithm: str, seed: int, number: int) -> None:
    found = propose(wanted(algorithm, seed), number, [])
    assert found == propose(wanted(algorithm, seed), number, [])
    assert list(found) == [one["name"] for one in SPACE]
    assert 0.001 <= found["C"] <= 100
    assert found["max_iter"] in (100, 150, 200, 250, 300)
    assert isinstance(found["fit_intercept"], bool)
    assert found["class_weight"] in ("balanced", None)
    assert found["tol"] in (0.001, 0.0001)
    json.dumps(found)


def test_two_trials_that_are_told_the_same_try_different_parameters() -> None:
    assert len({json.dumps(propose(wanted(), number, [])) for number in range(20)}) == 20


def test_a_grid_has_every_combination_once() -> None:
    grid = wanted("Grid", parameters=SPACE[1:], maxTrialCount=200)
    total = grid.tuning.total if grid.tuning else 0
    combinations = {json.dumps(propose(grid, number, [])) for number in range(total)}
    assert total == len(combinations) == 5 * 2 * 2 * 2
    steps = {"name": "C", "parameterType": "double", "feasibleSpace": {"min": 0.1, "max": 0.5, "step": 0.1}}
    found = [propose(wanted("Grid", parameters=[steps]), number, [])["C"] for number in range(5)]
    assert found == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5])


def test_tpe_goes_where_earlier_trials_did_well_and_bears_failed_ones() -> None:
    only = [{"name": "C", "parameterType": "double", "feasibleSpace": {"min": 0, "max": 1}}]
    search = wanted("TPE", parameters=only)
    told = [Trial(number=n, parameters={"C": n / 20}, value=-abs(n / 20 - 0.8)) for n in range(20)]
    told.append(Trial(number=20, parameters={"C": 0.81}, message="TrainingFailed: no"))
    near = [abs(propose(search, number, told)["C"] - 0.8) for number in range(30)]
    drawn = [abs(propose(wanted(parameters=only), number, told)["C"] - 0.8) for number in range(30)]
    assert sum(near) / 30 < sum(drawn) / 30 / 2


def test_a_trial_that_died_before_it_told_its_parameters_is_borne() -> None:
    told = [Trial(number=0, message="Job x: it ended without an answer"), Trial(number=1, parameters={}, message="no")]
    assert propose(wanted("TPE"), 5, told) == propose(wanted("TPE"), 5, [])


@given(number=st.integers(0, 199))
def test_a_whole_number_is_tried_as_it_comes_back_from_the_api_server(number: int) -> None:
    whole = [{"name": "C", "parameterType": "double", "feasibleSpace": {"min": 0, "max": 2, "step": 1}}]
    for algorithm in ("Grid", "Random", "TPE"):
        found = propose(wanted(algorithm, parameters=whole), number % 3, [])
        assert type(found["C"]) is int, "Kubernetes keeps 1.0 as 1, and so does the plain ModelVersion"


CONDITIONAL = [
    {"name": "penalty", "parameterType": "categorical", "feasibleSpace": {"list": ["l2", "elasticnet"]}},
    {
        "name": "l1_ratio",
        "parameterType": "double",
        "feasibleSpace": {"min": 0, "max": 1},
        "when": {"name": "penalty", "in": ["elasticnet"]},
    },
]


@pytest.mark.parametrize("algorithm", ["Random", "TPE"])
def test_a_parameter_is_tried_only_where_it_applies(algorithm: str) -> None:
    training, told = wanted(algorithm, parameters=CONDITIONAL), list[Trial]()
    for number in range(20):
        found = propose(training, number, told)
        assert ("l1_ratio" in found) == (found["penalty"] == "elasticnet")
        told.append(Trial(number=number, parameters=found, value=number / 20))
    assert {trial.parameters["penalty"] for trial in told} == {"l2", "elasticnet"}


HALVING: dict[str, Any] = {"algorithm": {"name": "SuccessiveHalving"}, "maxTrialCount": 13}


def test_a_rung_tries_the_best_of_the_one_below_in_their_order() -> None:
    training = wanted("SuccessiveHalving", maxTrialCount=13)
    values = [0.1, 0.9, None, 0.9, 0.5, 0.2, 0.3, 0.1, 0.0]
    told = [
        Trial(number=number, parameters=propose(training, number, []), value=value)
        for number, value in enumerate(values)
    ]
    assert [propose(training, number, told) for number in (9, 10, 11)] == [told[n].parameters for n in (1, 3, 4)]


@given(
    classes=st.lists(st.integers(0, 2), min_size=1, max_size=80),
    share=st.floats(0.01, 1),
    seed=st.integers(0, 9),
)
def test_fewer_rows_are_the_same_ones_each_time_and_have_every_class(
    classes: list[int], share: float, seed: int
) -> None:
    rows, of = np.arange(100, 100 + len(classes)), np.array(classes)
    found = thinned(rows, of, share, seed)
    assert (found == thinned(rows, of, share, seed)).all()
    assert (np.diff(found) > 0).all()
    for each in set(classes):
        assert (of[found - 100] == each).sum() == math.ceil(classes.count(each) * share)
    assert len(thinned(rows, None, share, seed)) == math.ceil(len(classes) * share)


@pytest.fixture(scope="module")
def tumours(tmp_path_factory: pytest.TempPathFactory) -> Harness:
    harness = Harness(tmp_path_factory.mktemp("tumours"))
    rows = load_breast_cancer(as_frame=True).frame.rename(columns=lambda name: name.replace(" ", "_"))
    harness.dataset(rows, split={"test": 0.3})
    return harness


def tried(harness: Harness, tuning_: dict[str, Any], number: int = 0, **training: Any) -> TrialResult:
    spec = {
        "datasetRef": {"name": "rows"},
        "target": "target",
        "task": "Classification",
        "estimator": {"name": "sklearn.linear_model.LogisticRegression", "params": {"max_iter": 200}},
        "seed": 7,
        "tuning": {"algorithm": {"name": "Grid"}, "objective": {"metricName": "roc_auc"}, **tuning_},
        **training,
    }
    job = {
        "namespace": "default",
        "name": "rows-y-1",
        "spec": {"model": "rows-y", "training": spec},
        "dataset": {"name": "rows", "digest": harness.digest},
        "number": number,
    }
    with tempfile.TemporaryDirectory() as scratch:
        return tuning.run(read(TrialJob, json.dumps(job)), harness.store, Path(scratch))


def listed(name: str, *values: Any) -> dict[str, Any]:
    return {"parameters": [{"name": name, "parameterType": "categorical", "feasibleSpace": {"list": list(values)}}]}


def test_a_trial_measures_what_cross_validation_of_its_parameters_gives(tumours: Harness) -> None:
    found = tried(tumours, listed("C", 0.01, 10.0), number=1, crossValidation={"folds": 4})
    params = {"max_iter": 200, "C": 10.0}
    written = tumours.train("linear_model.LogisticRegression", "target", params, crossValidation={"folds": 4})
    fold = written["crossValidation"]["roc_auc"]
    assert (found.outcome, found.parameters, found.value, found.std) == (
        "Measured",
        {"C": 10.0},
        fold["mean"],
        fold["std"],
    )


def test_parameters_that_cant_be_trained_with_are_a_failed_trial(tumours: Harness) -> None:
    found = tried(tumours, listed("C", -1.0))
    assert (found.outcome, found.reason, found.parameters) == ("Failed", "TrainingFailed", {"C": -1.0})
    found = tried(tumours, listed("c", 1.0))
    assert found.reason == "UnknownParameter"
    assert "LogisticRegression has no c" in found.message


def test_a_dataset_that_is_gone_is_named(tumours: Harness) -> None:
    stored, tumours.digest = tumours.digest, "sha256:" + "0" * 64
    try:
        found = tried(tumours, listed("C", 1.0))
    finally:
        tumours.digest = stored
    assert (found.outcome, found.reason) == ("Failed", "DatasetNotFound")


BAGGED = {
    "name": "sklearn.ensemble.BaggingClassifier",
    "params": {"estimator": {"name": "sklearn.tree.DecisionTreeClassifier"}, "n_estimators": 9},
}


def test_a_trial_of_nested_parameters_is_the_same_as_written_out(tumours: Harness) -> None:
    found = tried(tumours, listed("estimator__max_depth", 1, 3), number=1, estimator=BAGGED)
    tree = {"name": "sklearn.tree.DecisionTreeClassifier", "params": {"max_depth": 3}}
    params = {"estimator": tree, "n_estimators": 9}
    written = tumours.train("ensemble.BaggingClassifier", "target", params, crossValidation={"folds": 5})
    assert found.value == written["crossValidation"]["roc_auc"]["mean"]


def test_a_trial_of_preprocessing_is_the_same_as_written_out(tumours: Harness) -> None:
    neighbours = {"name": "sklearn.neighbors.KNeighborsClassifier"}
    found = tried(tumours, listed("preprocessing.scale", "None", "Standard"), estimator=neighbours)
    written = tumours.train(
        "neighbors.KNeighborsClassifier", "target", preprocessing={"scale": "None"}, crossValidation={"folds": 5}
    )
    assert found.value == written["crossValidation"]["roc_auc"]["mean"]


def test_a_metric_of_ones_own_is_told_as_cross_validation_has_it(tumours: Harness) -> None:
    cost = [{"name": "cost", "expression": "5 * fn + fp", "direction": "minimize"}]
    search = {"objective": {"metricName": "cost"}, **listed("C", 0.01)}
    found = tried(tumours, search, metrics=cost)
    written = tumours.train(
        "linear_model.LogisticRegression",
        "target",
        {"max_iter": 200, "C": 0.01},
        metrics=cost,
        crossValidation={"folds": 5},
    )
    assert found.value == written["crossValidation"]["cost"]["mean"]
    assert found.value


def test_a_lower_rung_learns_from_fewer_rows_or_iterations(tumours: Harness) -> None:
    space = listed("C", 0.01)
    all_rows = tried(tumours, space)
    few_rows = tried(tumours, HALVING | space, number=0)
    assert few_rows.value != all_rows.value
    boosted = {"name": "lightgbm.LGBMClassifier", "params": {"n_estimators": 90, "num_leaves": 4}}
    less = {"name": "SuccessiveHalving", "halving": {"resource": "n_estimators"}}
    rates = {"maxTrialCount": 13, "algorithm": less, **listed("learning_rate", 0.1)}
    few_trees = tried(tumours, rates, number=0, estimator=boosted)
    ten = boosted | {"params": {"n_estimators": 10, "num_leaves": 4}}
    assert few_trees.value == tried(tumours, listed("learning_rate", 0.1), estimator=ten).value


def test_a_trial_sees_no_sensitive_column_as_training_does_not(tumours: Harness) -> None:
    fairness = {"sensitive": ["mean_radius"]}
    found = tried(tumours, listed("C", 1), fairness=fairness)
    assert found.value == tried(tumours, listed("C", 1), features={"exclude": ["mean_radius"]}).value


@pytest.mark.parametrize("candidate", [one for one in get_args(Candidate) if one != "enet"])
def test_what_automl_draws_is_trained_as_written_out(tumours: Harness, candidate: Candidate) -> None:
    asked = {"metric": "log_loss", "estimators": [candidate]}
    drawn = propose(automl(asked), 1, [])
    found = tried(tumours, {}, number=1, estimator=None, tuning=None, automl=asked, crossValidation={"folds": 2})
    assert (found.outcome, found.parameters) == ("Measured", drawn), found.message
    learner = automl(asked).tuned(drawn).learner
    written = tumours.train(
        learner.name.removeprefix("sklearn."), "target", learner.params, crossValidation={"folds": 2}
    )
    assert (written["outcome"], written["crossValidation"]["log_loss"]["mean"]) == ("Trained", found.value), written


def automl(asked: dict[str, Any]) -> Training:
    usual = {"datasetRef": {"name": "rows"}, "target": "target", "task": "Classification", "seed": 7}
    return Training.model_validate(usual | {"automl": asked})
