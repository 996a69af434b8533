"""What a pass over a Deployment has seen: frozen snapshots that `observe` makes.

Times are timezone-aware UTC. A thing that couldn't be read is a value of its own (`Missing`, `Router.reachable`),
never an empty list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from colonnade.plan.common.observed import InvalidSpec
from colonnade.signals.evidence import Exposure, Missing, SignalEvidence, Traffic
from colonnade_api import DeploymentSpec, DeploymentStatus, MonitorPolicySpec, ObjectMeta, Signature

UNSEEN = Missing("NoData", "no traffic was measured")


@dataclass(frozen=True)
class ModelVersionSummary:
    """A ModelVersion of the Deployment's model, whatever its state."""

    name: str
    created_at: datetime
    digest: str | None = None
    artifact_uri: str | None = None
    ready: bool = False
    message: str = ""
    deleting: bool = False
    signature: Signature | None = None


@dataclass(frozen=True)
class Workload:
    """A revision's apps/v1 Deployment and the ready endpoints of its Service.

    `waiting`: what keeps its pods from ready, worst first ("ImagePullBackOff: ...", "CrashLoopBackOff: digest
    mismatch ...").
    """

    revision: str
    model_version: str
    desired: int
    ready: int
    available: int
    endpoints: int
    created_at: datetime
    waiting: tuple[str, ...] = ()
    deleting: bool = False


@dataclass(frozen=True)
class Applied:
    """What one router's Envoy has in force for this Deployment; `active` counts requests in flight per revision."""

    stable: str | None
    candidate: str | None
    weight: int
    active: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Router:
    """A router pod. `reachable` with `applied` None: it answered, and routes nothing for this Deployment."""

    pod: str
    ready: bool
    reachable: bool
    applied: Applied | None = None


@dataclass(frozen=True)
class ObservedDeployment:
    """`routers` are all router pods, ready or not. `policy` is None when the spec names none, Missing when the named
    one can't be had.

    `evidence` is about `exposure.subject`; both are empty while nothing is judged.
    """

    metadata: ObjectMeta
    spec: DeploymentSpec | InvalidSpec
    status: DeploymentStatus
    versions: tuple[ModelVersionSummary, ...] = ()
    workloads: tuple[Workload, ...] = ()
    routers: tuple[Router, ...] = ()
    client_service: bool = False
    policy: MonitorPolicySpec | Missing | None = None
    exposure: Exposure | None = None
    evidence: tuple[SignalEvidence, ...] = ()
    traffic: Traffic | Missing = UNSEEN
