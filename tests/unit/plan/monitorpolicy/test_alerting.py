"""What fires, and what Alertmanager is told of it: again while it fires, once more when it is over."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from colonnade.plan.common.actions import SendAlerts
from colonnade.plan.common.decision import Decision
from colonnade.plan.monitorpolicy.observed import ObservedMonitorPolicy, WatchedDeployment
from colonnade.plan.monitorpolicy.plan import plan
from colonnade.signals.evidence import Missing
from colonnade_api import MonitorPolicyStatus, ObjectMeta, Verdict
from tests.unit.plan.world import ERRORS, START, at, policy

ON_CALL = {"name": "on-call", "alertmanager": {"url": "http://alertmanager:9093"}, "labels": {"team": "flights"}}


def seen(result: str = "Fail", **target: Any) -> ObservedMonitorPolicy:
    verdict = Verdict.model_validate({"signal": "errors", "result": result, "message": "4 % of 1,204 requests failed"})
    return ObservedMonitorPolicy(
        metadata=ObjectMeta(name="watch", namespace="demo", generation=1, creation_timestamp=START),
        spec=policy(ERRORS, alerts=[ON_CALL]),
        status=MonitorPolicyStatus(),
        targets=(WatchedDeployment("flights", (verdict,), stable="late-1", **target),),
    )


def next_pass(
    before: Decision[MonitorPolicyStatus], then: ObservedMonitorPolicy, now: datetime
) -> Decision[MonitorPolicyStatus]:
    return plan(replace(then, status=before.status), now)


def told(decision: Decision[MonitorPolicyStatus]) -> list[tuple[str, str]]:
    """By alert whether it fires: its name, and the end that it was given."""
    alerts = [alert for each in decision.actions if isinstance(each, SendAlerts) for alert in each.alerts]
    return [(alert["labels"]["alertname"], alert["endsAt"]) for alert in alerts]


def test_a_breach_fires_with_all_that_a_route_needs() -> None:
    (sent,) = plan(seen(), at(0)).actions
    assert isinstance(sent, SendAlerts)
    assert (sent.receiver, sent.url) == ("on-call", "http://alertmanager:9093")
    (alert,) = sent.alerts
    assert alert["labels"] == {
        "team": "flights",
        "alertname": "ErrorRateBreached",
        "severity": "critical",
        "namespace": "demo",
        "policy": "watch",
        "deployment": "flights",
        "signal": "errors",
    }
    assert alert["annotations"]["summary"] == "mdep/flights, mv/late-1: errors: 4 % of 1,204 requests failed"
    assert alert["annotations"]["description"] == "kubectl colonnade status mdep/flights -n demo"


def test_what_goes_on_is_told_again_as_one_that_began_when_it_did() -> None:
    first = plan(seen(), at(0))
    second = next_pass(first, seen(), at(30))
    assert second.status.firing[0].since == at(0)
    assert told(second) == [("ErrorRateBreached", "2026-11-23T12:05:30.000+00:00")]


def test_what_is_over_is_told_once_as_resolved() -> None:
    first = plan(seen(), at(0))
    over = next_pass(first, seen("Pass"), at(30))
    assert told(over) == [("ErrorRateBreached", at(30).isoformat(timespec="milliseconds"))]
    assert not over.status.firing
    assert not told(next_pass(over, seen("Pass"), at(60)))


@pytest.mark.parametrize("result", ["NoData", "Error"])
def test_missing_metrics_resolve_nothing(result: str) -> None:
    first = plan(seen(), at(0))
    blind = next_pass(first, replace(seen(result), prometheus=Missing("Error", "connection refused")), at(30))
    assert {each.alert for each in blind.status.firing} == {"ErrorRateBreached", "MetricsUnavailable"}


def test_a_candidates_breach_is_a_warning_and_a_rollback_is_critical() -> None:
    (rolled_back, breach) = plan(seen(candidate="late-2", rolled_back="late-2 failed too often"), at(0)).status.firing
    assert (breach.alert, breach.severity) == ("ErrorRateBreached", "warning")
    assert (rolled_back.alert, rolled_back.severity) == ("RolledBack", "critical")


def test_who_can_t_be_told_is_said() -> None:
    away = replace(seen(), untold={"on-call": "connection refused"})
    condition = plan(away, at(0)).status.condition("AlertsDelivered")
    assert condition is not None
    assert (condition.status, condition.reason) == ("False", "ReceiverUnreachable")
    assert condition.message == "on-call: connection refused; told again in the next pass"


def test_nobody_is_told_where_nobody_is_named() -> None:
    decision = plan(replace(seen(), spec=policy(ERRORS)), at(0))
    assert not decision.actions
    assert not decision.status.firing
    assert decision.status.condition("AlertsDelivered") is None


def test_as_many_as_there_may_be_fit_into_status() -> None:
    signals = [{**ERRORS, "name": f"s{n}"} for n in range(32)]
    verdicts = tuple(Verdict.model_validate({"signal": f"s{n}", "result": "Fail", "message": "m"}) for n in range(32))
    many = replace(
        seen(),
        spec=policy(*signals, alerts=[ON_CALL]),
        targets=tuple(WatchedDeployment(f"d{n}", verdicts) for n in range(20)),
    )
    status = plan(many, at(0)).status
    assert len(status.firing) == 256
    assert MonitorPolicyStatus.model_validate(status.manifest()) == status


def test_an_alert_outlives_a_change_of_operators() -> None:
    assert timedelta(minutes=2) < datetime.fromisoformat(told(plan(seen(), at(0)))[0][1]) - at(0)
