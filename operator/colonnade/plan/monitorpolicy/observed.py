"""What a pass over a MonitorPolicy has seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from colonnade.plan.common.observed import InvalidSpec
from colonnade.signals.evidence import Missing
from colonnade_api import MonitorPolicySpec, MonitorPolicyStatus, ObjectMeta, RejectedRevision, Verdict


@dataclass(frozen=True)
class DatasetState:
    """current: the digest of the version that training would use now. rows: of each version that is listed.

    refresh: the annotation that asked last for a look at the source. uploaded: rows come by hand alone.
    """

    name: str
    current: str | None
    rows: Mapping[str, int]
    refresh: str
    uploaded: bool


@dataclass(frozen=True)
class VersionState:
    """A ModelVersion of a watched Deployment's model. spec: as it stands in the cluster.

    trained_on: name and digest of its Dataset version. headline: the metric that is shown of it first. stalled: it
    won't come to serve by waiting; unfit: it was trained, and a gate or a person refused it.
    """

    spec: Mapping[str, Any]
    trained_on: tuple[str, str] | None
    headline: str | None
    ready: bool
    stalled: bool
    unfit: bool
    message: str


@dataclass(frozen=True)
class WatchedDeployment:
    """A Deployment that names this policy, and the verdicts in its status.

    stable, candidate: the ModelVersions that serve. pinned: the version that its spec names. rolled_back: why the last
    rollout was taken back, while that is so. versions, datasets: those
    of its model, and what they are trained on, by name; only where something may be trained again.
    """

    deployment: str
    verdicts: tuple[Verdict, ...] = ()
    stable: str | None = None
    candidate: str | None = None
    pinned: str | None = None
    rejected: tuple[RejectedRevision, ...] = ()
    rolled_back: str = ""
    versions: Mapping[str, VersionState] = field(default_factory=dict)
    datasets: Mapping[str, DatasetState] = field(default_factory=dict)


@dataclass(frozen=True)
class ObservedMonitorPolicy:
    """`prometheus` is None when it answered, Missing when it didn't. untold: by receiver, why the last alerts didn't
    reach it."""

    metadata: ObjectMeta
    spec: MonitorPolicySpec | InvalidSpec
    status: MonitorPolicyStatus
    targets: tuple[WatchedDeployment, ...] = ()
    prometheus: Missing | None = None
    untold: Mapping[str, str] = field(default_factory=dict)
