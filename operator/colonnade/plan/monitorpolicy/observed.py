"""What a pass over a MonitorPolicy has seen."""

from dataclasses import dataclass

from colonnade.plan.common.observed import InvalidSpec
from colonnade.signals.evidence import Missing
from colonnade_api import MonitorPolicySpec, MonitorPolicyStatus, ObjectMeta, Verdict


@dataclass(frozen=True)
class WatchedDeployment:
    """A Deployment that names this policy, and the verdicts in its status."""

    deployment: str
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True)
class ObservedMonitorPolicy:
    """`prometheus` is None when it answered, Missing when it didn't."""

    metadata: ObjectMeta
    spec: MonitorPolicySpec | InvalidSpec
    status: MonitorPolicyStatus
    targets: tuple[WatchedDeployment, ...] = ()
    prometheus: Missing | None = None
