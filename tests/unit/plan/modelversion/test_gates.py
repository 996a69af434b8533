"""Gates that go by the interval, and the person they ask where it reaches over the bound."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from colonnade.plan.modelversion.observed import ObservedModelVersion
from tests.unit.plan.modelversion.test_modelversion import (
    MADE,
    SERVING,
    TRAINING,
    against,
    answered,
    said,
    seen,
    started,
    trained,
    version,
)
from tests.unit.plan.world import at

FLOOR = [{"metric": "roc_auc", "min": 0.8, "bound": "Interval"}]


def measured(value: float, low: float, high: float, n: int = 1000) -> dict[str, float]:
    return {"value": value, "low": low, "high": high, "n": n}


def approving(observed: ObservedModelVersion, reason: str = "seen", **gates: Any) -> ObservedModelVersion:
    """Ada approves it."""
    approval = {"decision": "Approved", "by": "ada", "reason": reason}
    return replace(observed, spec=version(gates=FLOOR, approval=approval, **gates).spec)


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(0.8, 0.9, "Pass"), (0.79, 0.9, "Inconclusive"), (0.7, 0.79, "Fail")]
)
def test_all_of_the_interval_decides_where_that_is_asked_for(low: float, high: float, verdict: str) -> None:
    observed = trained(version(gates=FLOOR), roc_auc=measured((low + high) / 2, low, high))
    assert observed.status.gates[0].verdict == verdict
    value = trained(version(gates=[{"metric": "roc_auc", "min": 0.8}]), roc_auc=measured(0.85, low, high))
    assert value.status.gates[0].verdict == "Pass"


def test_an_upper_bound_is_held_by_the_upper_end() -> None:
    gates = [{"metric": "log_loss", "max": 0.3, "bound": "Interval"}]
    verdicts = [
        trained(version(gates=gates), log_loss=measured((low + high) / 2, low, high)).status.gates[0].verdict
        for low, high in ((0.2, 0.3), (0.25, 0.35), (0.31, 0.35))
    ]
    assert verdicts == ["Pass", "Inconclusive", "Fail"]


def test_a_gate_that_cant_tell_says_what_it_saw_and_what_to_do() -> None:
    observed = trained(version(gates=FLOOR), roc_auc=measured(0.82, 0.78, 0.86))
    assert said(observed, "Validated") == (
        "False",
        "GateInconclusive",
        "1 of 1 gates: roc_auc.min: roc_auc is 0.82, 95 % interval 0.78 to 0.86 on 1,000 rows (at least 0.8): the "
        "interval reaches over 0.8; hold out more rows, or approve by hand: kubectl colonnade approve "
        "mv/flights-late-3 --reason WHY",
    )
    assert said(observed, "Ready")[:2] == ("False", "GateInconclusive")
    assert (said(observed, "Stalled")[0], said(observed, "Reconciling")[0]) == ("absent", "absent")
    assert observed.status.approval is not None
    assert observed.status.approval.state == "PendingManualApproval"


def test_too_few_rows_decide_nothing_however_narrow_the_interval() -> None:
    few = trained(version(gates=FLOOR), roc_auc=measured(0.9, 0.89, 0.91, n=49))
    assert "49 rows are too few to tell (at least 50)" in said(few, "Validated")[2]
    rare = answered(version(gates=FLOOR), None, rarer_class=9, roc_auc=measured(0.9, 0.89, 0.91))
    assert "9 rows of the rarer class are too few to tell (at least 10)" in said(rare, "Validated")[2]
    assert {few.status.gates[0].verdict, rare.status.gates[0].verdict} == {"Inconclusive"}


def test_a_metric_without_an_interval_is_an_error_where_the_interval_decides() -> None:
    observed = trained(version(gates=FLOOR), roc_auc=0.99)
    assert observed.status.gates[0].verdict == "Error"
    assert "has no interval" in said(observed, "Ready")[2]


def test_someone_who_knows_the_bundle_may_approve_what_gates_cant_tell() -> None:
    waiting = trained(version(gates=FLOOR), roc_auc=measured(0.82, 0.78, 0.86))
    agreed = seen(approving(waiting), 100)
    assert said(agreed, "Ready")[0] == "True"
    state, reason, message = said(agreed, "Validated")
    assert (state, reason) == ("True", "ApprovedByHand")
    assert message.startswith("approved by ada though 1 of 1 gates: roc_auc.min: roc_auc is 0.82")
    assert seen(agreed, 200).status == agreed.status


def test_an_approval_that_came_before_the_bundle_knew_nothing_of_it() -> None:
    observed = answered(approving(version(gates=FLOOR)), None, roc_auc=measured(0.82, 0.78, 0.86))
    observed = seen(observed, 100)
    state, reason, message = said(observed, "Validated")
    assert (state, reason) == ("False", "GateInconclusive")
    assert message.startswith("approved by ada before this bundle was made: approve again, with a reason that knows")
    again = seen(approving(observed, reason="0.78 will do"), 200)
    assert said(again, "Ready")[0] == "True"
    assert again.status.approval is not None
    assert again.status.approval.at == at(200)


def test_nobody_approves_a_gate_that_failed() -> None:
    gates = [*FLOOR, {"metric": "log_loss", "max": 0.1}]
    waiting = trained(version(gates=gates), roc_auc=measured(0.82, 0.78, 0.86), log_loss=measured(0.2, 0.15, 0.25))
    approval = {"decision": "Approved", "by": "ada"}
    agreed = seen(replace(waiting, spec=version(gates=gates, approval=approval).spec), 100)
    assert said(agreed, "Ready")[:2] == ("False", "GateFailed")
    assert waiting.status.approval is not None
    assert waiting.status.approval.state == "NotRequired"


def test_gates_bound_peoples_own_metrics_by_the_direction_they_gave() -> None:
    training = {**TRAINING, "metrics": [{"name": "cost", "expression": "5 * fn + fp", "direction": "minimize"}]}
    gates = [
        {"metric": "cost", "max": 300, "bound": "Interval"},
        {"metric": "cost", "comparedTo": "Serving", "maxRegression": 20},
    ]
    compared = against("cost", 250, 10, -5, 15)
    observed = version(gates=gates, training=training, serving=SERVING)
    judged = answered(observed, compared, cost=measured(260, 230, 290))
    assert [verdict.verdict for verdict in judged.status.gates] == ["Pass", "Pass"]
    assert "10 worse" in (judged.status.gates[1].message or "")
    worse = answered(observed, against("cost", 250, 60, 30, 90), cost=measured(310, 305, 320))
    assert [verdict.verdict for verdict in worse.status.gates] == ["Fail", "Fail"]


def test_a_gate_on_a_metric_that_nobody_wrote_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"none of a Classification's .*, nor of spec.training.metrics"):
        version(gates=[{"metric": "cost", "max": 300}])
    with pytest.raises(ValidationError, match="has the name of one that is taken anyway"):
        version(training={**TRAINING, "metrics": [{"name": "f1", "expression": "tp", "direction": "maximize"}]})


def test_what_someone_should_look_at_is_said_where_the_version_is_looked_at() -> None:
    leak = "outcome alone tells late (AUC 1 on held-out rows): if it is not known when the model is asked, exclude it."
    observed = started(version())
    done = replace(observed.jobs[0], succeeded=True, finished_at=at(60), result={**MADE, "warnings": [leak]})
    observed = seen(replace(observed, jobs=(done,)), 60)
    assert observed.status.warnings == (leak,)
    assert said(observed, "Trained") == ("True", "Trained", f"roc_auc 0.9. Look at this: {leak}")
    assert leak in said(observed, "Ready")[2]
