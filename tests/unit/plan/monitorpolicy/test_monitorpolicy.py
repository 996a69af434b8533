from dataclasses import replace

from colonnade.plan.monitorpolicy.observed import ObservedMonitorPolicy, WatchedDeployment
from colonnade.plan.monitorpolicy.plan import plan
from colonnade.signals.evidence import Missing
from colonnade_api import MonitorPolicyStatus, ObjectMeta, Verdict
from tests.unit.plan.world import ERRORS, START, at, policy


def observed(prometheus: Missing | None = None) -> ObservedMonitorPolicy:
    verdict = Verdict(signal="errors", result="Pass", value=0.001, limit=0.01, samples=1204, at=at(0))
    return ObservedMonitorPolicy(
        metadata=ObjectMeta(name="default", namespace="demo", generation=2, creation_timestamp=START),
        spec=policy(),
        status=MonitorPolicyStatus(),
        targets=(WatchedDeployment("flights", (verdict,)), WatchedDeployment("arrivals")),
        prometheus=prometheus,
    )


def test_it_says_whom_it_watches_and_what_was_found() -> None:
    status = plan(observed(), at(0)).status
    assert [target.deployment for target in status.targets] == ["arrivals", "flights"]
    assert status.targets[1].signals[0].samples == 1204
    ready = status.condition("Ready")
    assert ready is not None
    assert (ready.status, ready.message) == ("True", "watches 2 Deployments")


def test_a_prometheus_that_is_away_is_said_with_what_follows() -> None:
    status = plan(observed(Missing("Error", "connection refused")), at(0)).status
    available = status.condition("MetricsAvailable")
    assert available is not None
    assert (available.status, available.reason) == ("False", "Error")
    assert "rollouts hold their weight" in available.message


def test_it_names_all_that_it_measures() -> None:
    both = policy(ERRORS, {**ERRORS, "name": "strict", "max": 0.0001})
    assert plan(replace(observed(), spec=both), at(0)).status.measures == "errors, strict"


def test_as_many_signals_as_there_may_be_still_fit_into_status() -> None:
    many = policy(*({**ERRORS, "name": f"{'s' * 37}{n:03}"} for n in range(32)))
    status = plan(replace(observed(), spec=many), at(0)).status
    assert MonitorPolicyStatus.model_validate(status.manifest()) == status
