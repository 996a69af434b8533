"""Fairness gates: the groups that are large enough decide, and those that are not never do."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from colonnade.plan.modelversion.observed import ObservedModelVersion
from colonnade_api import ModelVersionStatus
from tests.unit.plan.modelversion.test_modelversion import MADE, TRAINING, said, seen, started, version
from tests.unit.plan.world import at

FAIR = {**TRAINING, "fairness": {"sensitive": ["sex"], "minGroupSize": 50}}
RATIO = {"fairness": "demographic_parity_ratio", "sensitive": "sex", "min": 0.8}


def counted(low: float, high: float, small: str = "", **gate: Any) -> ObservedModelVersion:
    """A version whose ratio has this interval, with a group that is too small."""
    column = {
        "column": "sex",
        "positiveClass": "yes",
        "minGroupSize": 50,
        "metrics": {"demographic_parity_ratio": {"value": (low + high) / 2, "low": low, "high": high, "n": 2000}},
        "small": {"demographic_parity_ratio": small} if small else {},
    }
    return judged([column], **gate)


def judged(fairness: list[dict[str, Any]], **gate: Any) -> ObservedModelVersion:
    observed = started(version(training=FAIR, gates=[RATIO | gate]))
    done = replace(observed.jobs[0], succeeded=True, finished_at=at(60), result={**MADE, "fairness": fairness})
    return seen(replace(observed, jobs=(done,)), 60)


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(0.8, 0.95, "Pass"), (0.7, 0.9, "Inconclusive"), (0.6, 0.79, "Fail")]
)
def test_all_of_the_interval_decides(low: float, high: float, verdict: str) -> None:
    assert counted(low, high).status.gates[0].verdict == verdict


def test_the_value_decides_where_that_is_asked_for() -> None:
    assert counted(0.7, 0.92, bound="Value").status.gates[0].verdict == "Pass"


@pytest.mark.parametrize("bound", ["Interval", "Value"])
def test_a_group_that_is_too_small_never_lets_a_gate_pass(bound: str) -> None:
    observed = counted(0.9, 0.95, small="X: 10 rows", bound=bound)
    state, reason, message = said(observed, "Validated")
    assert (state, reason) == ("False", "GateInconclusive")
    assert "without groups that are too small to tell: X: 10 rows (at least 50); hold out more rows" in message
    assert "approve mv/flights-late-3" in message


def test_the_others_break_a_bound_without_it() -> None:
    assert counted(0.6, 0.7, small="X: 10 rows").status.gates[0].verdict == "Fail"


def test_where_no_two_groups_are_large_enough_nothing_is_told() -> None:
    column = {"column": "sex", "positiveClass": "yes", "minGroupSize": 50}
    small = {"demographic_parity_ratio": "X: 10 rows; Y: 9 rows"}
    few = judged([{**column, "small": small}])
    assert few.status.gates[0].verdict == "Inconclusive"
    assert "sex.demographic_parity_ratio can't be told: X: 10 rows; Y: 9 rows (at least 50)" in said(few, "Ready")[2]
    one = judged([column])
    assert (one.status.gates[0].verdict, one.status.gates[0].message) == (
        "Error",
        "sex.demographic_parity_ratio can't be told: all held-out rows are of one group of sex",
    )


def test_groups_that_nobody_counted_are_an_error() -> None:
    assert judged([]).status.gates[0].message == "no groups of sex were counted when it was trained"


@pytest.mark.parametrize(
    ("gates", "training", "words"),
    [
        ([{**RATIO, "sensitive": "race"}], FAIR, "is none of spec.training.fairness.sensitive"),
        ([RATIO], TRAINING, "is none of spec.training.fairness.sensitive"),
        ([{"fairness": "demographic_parity_ratio", "min": 0.8}], FAIR, "fairness and sensitive go together"),
        ([{**RATIO, "metric": "accuracy"}], FAIR, "exactly one of"),
        ([], {**FAIR, "task": "Regression"}, "of which a Regression has none"),
        ([], {**FAIR, "target": "sex"}, "the target can't be sensitive"),
    ],
)
def test_what_makes_no_sense_is_refused_with_words(gates: Any, training: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        version(gates=gates, training=training)


def test_a_spec_without_it_is_named_as_before() -> None:
    assert "fairness" not in version().spec.manifest()["training"]  # type: ignore[union-attr]
    assert ModelVersionStatus().fairness == ()
