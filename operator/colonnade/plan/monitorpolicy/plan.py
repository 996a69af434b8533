"""A MonitorPolicy: whom it watches, what its signals say there, and whether Prometheus answers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from colonnade.plan.common.conditions import ConditionUpdate, carried_over, false, true, with_transition_time
from colonnade.plan.common.decision import Decision
from colonnade.plan.common.finalizer import finalize
from colonnade.plan.common.observed import InvalidSpec
from colonnade.plan.monitorpolicy import alerting
from colonnade.plan.monitorpolicy.observed import ObservedMonitorPolicy, WatchedDeployment
from colonnade.plan.monitorpolicy.retraining.retrain import retrain
from colonnade_api import MonitorPolicyStatus, SignalStatus, Target, Verdict
from colonnade_api.monitoring.alerts import FiringAlert
from colonnade_api.monitoring.retraining import Retraining

MAX_TARGETS = 256
LOOK_AGAIN = timedelta(seconds=30)
"""At Prometheus; rollouts ask it themselves, at the policy's own interval."""
LOOK_AFTER_RETRAINING = timedelta(seconds=10)
KEPT = ("Ready", "MetricsAvailable", "AlertsDelivered", "Retraining")
"""While the spec can't be read."""


@dataclass(frozen=True)
class _Found:
    """What status has beside its conditions."""

    targets: tuple[Target, ...]
    firing: tuple[FiringAlert, ...]
    retrainings: tuple[Retraining, ...]


def plan(observed: ObservedMonitorPolicy, now: datetime) -> Decision[MonitorPolicyStatus]:
    """The policy's status, whom to tell, what to train again; a rollout is decided where its traffic is."""
    if observed.metadata.deletion_timestamp:
        return finalize(observed.metadata, observed.status)
    if isinstance(observed.spec, InvalidSpec):
        kept = carried_over(observed.status.conditions, KEPT)
        updates = (*kept, true("Stalled", "InvalidSpec", observed.spec.message))
        known = _Found(observed.status.targets, observed.status.firing, observed.status.retrainings)
        return Decision((), _status(observed, known, updates, now))
    targets = tuple(_target(each) for each in sorted(observed.targets, key=lambda each: each.deployment)[:MAX_TARGETS])
    firing = alerting.firing(observed, observed.spec, now)
    told = alerting.tell(observed, observed.spec, firing, now)
    outlook = retrain(observed, observed.spec, now)
    updates = (*_judge(observed), *alerting.condition(observed, observed.spec), *outlook.updates)
    status = _status(observed, _Found(targets, firing, outlook.records), updates, now)
    again = LOOK_AFTER_RETRAINING if outlook.under_way else LOOK_AGAIN
    return Decision((*outlook.actions, *told), status, outlook.events, again)


def _target(watched: WatchedDeployment) -> Target:
    return Target(deployment=watched.deployment, signals=tuple(_signal(verdict) for verdict in watched.verdicts))


def _signal(verdict: Verdict) -> SignalStatus:
    return SignalStatus(
        name=verdict.signal,
        result=verdict.result,
        value=verdict.value,
        limit=verdict.limit,
        samples=verdict.samples,
        at=verdict.at,
    )


def _judge(observed: ObservedMonitorPolicy) -> tuple[ConditionUpdate, ...]:
    count = len(observed.targets)
    watches = f"watches {count} Deployment{'' if count == 1 else 's'}"
    if observed.prometheus is not None:
        said = f"Prometheus: {observed.prometheus.message}; rollouts hold their weight and go on when it answers"
        return (false("Ready", "MetricsUnavailable", said), false("MetricsAvailable", observed.prometheus.reason, said))
    return (true("Ready", "Watching", watches), true("MetricsAvailable", "Answering", "Prometheus answers"))


def _status(
    observed: ObservedMonitorPolicy, found: _Found, updates: tuple[ConditionUpdate, ...], now: datetime
) -> MonitorPolicyStatus:
    generation = observed.metadata.generation
    return MonitorPolicyStatus(
        observed_generation=generation,
        conditions=with_transition_time(updates, observed.status.conditions, generation, now),
        targets=found.targets,
        measures=_measures(observed),
        firing=found.firing,
        retrainings=found.retrainings,
    )


def _measures(observed: ObservedMonitorPolicy) -> str | None:
    if isinstance(observed.spec, InvalidSpec):
        return observed.status.measures
    return ", ".join(signal.name for signal in observed.spec.signals)
