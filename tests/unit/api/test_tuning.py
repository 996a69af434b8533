"""What a search's spec says, where the API server can't tell."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from colonnade_api.models.halving import Halving
from colonnade_api.models.spaces import SearchedParameter
from colonnade_api.models.training import Training


@pytest.mark.parametrize(
    ("kind", "space"),
    [
        ("categorical", {}),
        ("categorical", {"list": ["a"], "min": 1, "max": 2}),
        ("int", {"list": [1, 2]}),
        ("double", {}),
    ],
)
def test_a_parameter_has_a_list_or_a_range_as_its_type_has_it(kind: str, space: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="categorical and discrete have a list, double and int min and max"):
        SearchedParameter.model_validate({"name": "a", "parameterType": kind, "feasibleSpace": space})


BAGGED = {"name": "sklearn.ensemble.BaggingClassifier", "params": {"estimator": {"name": "sklearn.svm.SVC"}}}
TREE = {"name": "sklearn.tree.DecisionTreeClassifier"}


def searched(*parameters: dict[str, Any], **changed: Any) -> Training:
    tuning = {"algorithm": {"name": "Random"}, "objective": {"metricName": "roc_auc"}, "parameters": parameters}
    usual = {"datasetRef": {"name": "rows"}, "target": "y", "task": "Classification", "estimator": TREE}
    return Training.model_validate(usual | {"tuning": tuning | changed.pop("tuning", {})} | changed)


def one_of(name: str, *values: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "parameterType": "categorical", "feasibleSpace": {"list": list(values)}, **more}


def test_a_parameter_of_an_estimator_within_is_written_where_it_stands() -> None:
    found = searched(one_of("estimator__C", 1, 2), estimator=BAGGED).tuned({"estimator__C": 2})
    assert found.learner.params == {"estimator": {"name": "sklearn.svm.SVC", "params": {"C": 2}}}


def test_a_parameter_of_a_member_is_written_where_it_stands() -> None:
    members = [["rf", {"name": "sklearn.ensemble.RandomForestClassifier"}], ["tree", TREE]]
    voting = {"name": "sklearn.ensemble.VotingClassifier", "params": {"estimators": members, "voting": "soft"}}
    found = searched(one_of("tree__max_depth", 3), estimator=voting).tuned({"tree__max_depth": 3})
    assert found.learner.params["estimators"] == [members[0], ["tree", {**TREE, "params": {"max_depth": 3}}]]
    assert found.learner.params["voting"] == "soft"


def test_a_parameter_of_preprocessing_is_written_by_its_path() -> None:
    found = searched(one_of("preprocessing.scale", "Standard", "None")).tuned({"preprocessing.scale": "None"})
    assert (found.preprocessing.scale, found.learner.params) == ("None", {})


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ([one_of("estimator__C", 1)], r"parameters\[0\].name: estimator__C: estimator.params has no estimator"),
        ([one_of("preprocessing.scales", "None")], "Extra inputs are not permitted"),
        ([one_of("a", 1, when={"name": "b", "in": [1]})], "b doesn't stand before a"),
        (
            [one_of("b", 1), one_of("a", 1, when={"name": "b", "in": [True]})],
            "True is none of the values that b has in its list",
        ),
    ],
)
def test_a_parameter_that_has_no_place_is_refused(parameters: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        searched(*parameters)


def test_a_grid_leaves_out_what_does_not_apply() -> None:
    penalty, ratio = one_of("penalty", "l2", "elasticnet"), one_of("l1_ratio", 0.2, 0.8)
    found = searched(penalty, ratio | {"when": {"name": "penalty", "in": ["elasticnet"]}}, tuning=GRID).tuning
    assert found
    assert [found.combination(number) for number in range(found.total)] == [
        {"penalty": "l2"},
        {"penalty": "elasticnet", "l1_ratio": 0.2},
        {"penalty": "elasticnet", "l1_ratio": 0.8},
    ]


GRID = {"algorithm": {"name": "Grid"}}


@given(factor=st.integers(2, 4), rungs=st.integers(2, 4), most=st.integers(1, 200))
def test_rungs_promote_one_of_so_many_and_never_take_more_trials_than_asked_for(
    factor: int, rungs: int, most: int
) -> None:
    halving = Halving(factor=factor, rungs=rungs)
    sizes = halving.sizes(most)
    assert sum(sizes) <= most
    assert [size // factor for size in sizes[:-1]] == list(sizes[1:])
    if most >= halving.fewest:
        assert sizes[-1] >= 1
    assert [halving.rung_of(number, most) for number in range(sum(sizes))] == [
        rung for rung, size in enumerate(sizes) for _ in range(size)
    ]


def halved(**halving: Any) -> dict[str, Any]:
    return {"algorithm": {"name": "SuccessiveHalving", "halving": halving}, "maxTrialCount": 20}


@pytest.mark.parametrize(
    ("tuning", "said"),
    [
        ({"algorithm": {"name": "SuccessiveHalving"}, "maxTrialCount": 12}, "under the 13 that three rungs"),
        (halved(rungs=4), "20 are under the 40 that 4 rungs by a factor of 3 take"),
        (halved(resource="n_estimators"), "has to have n_estimators, a number of at least 9"),
        ({"algorithm": {"name": "TPE", "halving": {}}}, "halving is of SuccessiveHalving alone"),
    ],
)
def test_a_halving_that_cannot_be_is_refused(tuning: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        searched(one_of("max_depth", 1, 2), tuning=tuning)


def test_a_metric_of_ones_own_is_an_objective_and_its_direction_is_known() -> None:
    cost = {"name": "cost", "expression": "5 * fn + fp", "direction": "minimize"}
    objective = {"objective": {"metricName": "cost", "goal": 10}}
    found = searched(one_of("max_depth", 1), metrics=[cost], tuning=objective)
    assert (found.objective, found.better(3, 4), found.reached(10), found.reached(11)) == (
        "minimize",
        True,
        True,
        False,
    )
    with pytest.raises(ValidationError, match=r"nor of spec\.training\.metrics"):
        searched(one_of("max_depth", 1), tuning=objective)
