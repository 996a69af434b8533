"""What fails, as alerts: which fire now, what receivers are told of them, and whether that reaches anyone."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from colonnade.plan.common.actions import SendAlerts
from colonnade.plan.common.conditions import ConditionUpdate, false, true
from colonnade.plan.monitorpolicy.observed import ObservedMonitorPolicy, WatchedDeployment
from colonnade_api import MonitorPolicySpec
from colonnade_api.monitoring.alerts import MOST_FIRING, AlertReceiver, FiringAlert, Severity

HEARD_FOR = timedelta(minutes=5)
"""How long Alertmanager takes an alert for firing that it hears no more of: longer than an operator's change takes."""
MILLISECONDS = "milliseconds"
Identity = tuple[str, str | None, str | None]


def firing(observed: ObservedMonitorPolicy, spec: MonitorPolicySpec, now: datetime) -> tuple[FiringAlert, ...]:
    """By deployment and signal; nothing where nobody is to be told. What fired before keeps its beginning."""
    if not spec.alerts:
        return ()
    before = {_identity(each): each for each in observed.status.firing}
    found = {_identity(each): each for each in (*_unknown(observed), *_found(observed, spec, now))}
    known = sorted(found.values(), key=lambda each: (each.deployment or "", each.signal or "", each.alert))
    return tuple(
        each.model_copy(update={"since": before.get(_identity(each), each).since}) for each in known[:MOST_FIRING]
    )


def tell(
    observed: ObservedMonitorPolicy, spec: MonitorPolicySpec, now_firing: tuple[FiringAlert, ...], now: datetime
) -> tuple[SendAlerts, ...]:
    """To each receiver what fires, and what fired in the pass before and does no more, as resolved."""
    known = {_identity(each) for each in now_firing}
    over = tuple(each for each in observed.status.firing if _identity(each) not in known)
    told = [(each, now + HEARD_FOR) for each in now_firing] + [(each, now) for each in over]
    if not told:
        return ()
    return tuple(
        SendAlerts(
            receiver.name, receiver.alertmanager.url, tuple(_alert(observed, receiver, each, end) for each, end in told)
        )
        for receiver in spec.alerts or ()
    )


def condition(observed: ObservedMonitorPolicy, spec: MonitorPolicySpec) -> tuple[ConditionUpdate, ...]:
    """Whether the last alerts reached all who were to be told."""
    if not spec.alerts:
        return ()
    names = [receiver.name for receiver in spec.alerts]
    if failed := [f"{name}: {observed.untold[name]}" for name in names if name in observed.untold]:
        said = f"{'; '.join(failed)}; told again in the next pass"
        return (false("AlertsDelivered", "ReceiverUnreachable", said),)
    return (true("AlertsDelivered", "Delivered", f"{', '.join(names)}: told of all that fires"),)


def _unknown(observed: ObservedMonitorPolicy) -> Iterator[FiringAlert]:
    """What fired and can't be measured now: that metrics are missing proves no recovery."""
    blind = {
        (target.deployment, verdict.signal)
        for target in observed.targets
        for verdict in target.verdicts
        if verdict.result in ("NoData", "Error")
    }
    return (each for each in observed.status.firing if (each.deployment, each.signal) in blind)


def _found(observed: ObservedMonitorPolicy, spec: MonitorPolicySpec, now: datetime) -> Iterator[FiringAlert]:
    if observed.prometheus is not None:
        said = f"Prometheus: {observed.prometheus.message}; nothing can be judged"
        yield FiringAlert(alert="MetricsUnavailable", severity="warning", summary=said, since=now)
    kinds = {signal.name: signal.type for signal in spec.signals}
    for target in observed.targets:
        yield from _of(target, kinds, now)


def _of(target: WatchedDeployment, kinds: Mapping[str, str], now: datetime) -> Iterator[FiringAlert]:
    about = f"mdep/{target.deployment}"
    for verdict in target.verdicts:
        if verdict.result == "Fail" and verdict.signal in kinds:
            whom = f"the candidate mv/{target.candidate}" if target.candidate else f"mv/{target.stable}"
            severity: Severity = "warning" if target.candidate else "critical"
            yield FiringAlert(
                alert=f"{kinds[verdict.signal]}Breached",
                deployment=target.deployment,
                signal=verdict.signal,
                severity=severity,
                summary=f"{about}, {whom}: {verdict.signal}: {verdict.message}",
                since=now,
            )
    if target.rolled_back:
        said = f"{about}: {target.rolled_back}"
        yield FiringAlert(
            alert="RolledBack", deployment=target.deployment, severity="critical", summary=said, since=now
        )


def _alert(
    observed: ObservedMonitorPolicy, receiver: AlertReceiver, each: FiringAlert, ends_at: datetime
) -> dict[str, Any]:
    about = observed.metadata
    own = {"deployment": each.deployment, "signal": each.signal}
    labels = receiver.labels | {
        "alertname": each.alert,
        "severity": each.severity,
        "namespace": about.namespace,
        "policy": about.name,
        **{name: value for name, value in own.items() if value},
    }
    of_one, of_all = f"kubectl colonnade status mdep/{each.deployment}", f"kubectl describe mpol/{about.name}"
    return {
        "labels": labels,
        "annotations": {
            "summary": each.summary,
            "description": f"{of_one if each.deployment else of_all} -n {about.namespace}",
        },
        "startsAt": each.since.isoformat(timespec=MILLISECONDS),
        "endsAt": ends_at.isoformat(timespec=MILLISECONDS),
    }


def _identity(each: FiringAlert) -> Identity:
    return each.alert, each.deployment, each.signal
