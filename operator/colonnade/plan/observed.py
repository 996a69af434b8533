"""What a pass has seen: frozen snapshots that `observe` makes and `plan` reads.

Times are timezone-aware UTC. A thing that couldn't be read is a value of its own (`Missing`, `Router.reachable`),
never an empty list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from colonnade.api import (
    DatasetSpec,
    DatasetStatus,
    DeploymentSpec,
    DeploymentStatus,
    ModelVersionSpec,
    ModelVersionStatus,
    MonitorPolicySpec,
    MonitorPolicyStatus,
    ObjectMeta,
    Signature,
    Verdict,
)


@dataclass(frozen=True)
class InvalidSpec:
    """A spec that the API server let through and our types refuse; the message names the field."""

    message: str


@dataclass(frozen=True)
class Job:
    """A batch/v1 Job of ours and what its newest pod said.

    `succeeded` and `failed` are the Job's own Complete and Failed conditions; a Job that is neither still runs or
    waits.
    `result` is the parsed termination message of a pod that exited 0; `message` is why it fails or waits
    (OOMKilled, ImagePullBackOff, the words of an Error answer), empty when all is well.
    """

    name: str
    spec_hash: str
    created_at: datetime
    active: int = 0
    attempts_failed: int = 0
    succeeded: bool = False
    failed: bool = False
    finished_at: datetime | None = None
    result: Mapping[str, Any] | None = None
    message: str = ""
    deleting: bool = False


@dataclass(frozen=True)
class DatasetSummary:
    """The Dataset that a ModelVersion names. `digest` is its current version, None before the first; `message` says
    why it isn't ready."""

    name: str
    digest: str | None = None
    ready: bool = False
    message: str = ""
    owner: str = ""
    license: str = ""


@dataclass(frozen=True)
class ServingModel:
    """The version of the same model that serves now, for gates that compare with it."""

    model_version: str
    metrics: Mapping[str, float]


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
class Counts:
    """`bad` of `total` requests: failed ones, or ones slower than the limit.

    `value` is what people read beside it when it isn't the ratio: a quantile in seconds.
    """

    total: int
    bad: int
    value: float | None = None


@dataclass(frozen=True)
class Sample:
    """One number from a query, and how many requests the subject had in the signal's window. NaN is allowed here,
    and is judged as NoData."""

    value: float
    samples: int | None = None


@dataclass(frozen=True)
class Missing:
    """No evidence. `reason` is NoData (asked, and there is none) or Error (could not be asked, or the answer makes
    no sense)."""

    reason: str
    message: str


Evidence = Counts | Sample | Missing


@dataclass(frozen=True)
class Comparison:
    """The candidate against stable over the same time, by the same `limit` (seconds for Latency, None for ErrorRate).

    For Latency the limit is stable's own quantile times maxRatio, and both sides count requests slower than it.
    """

    candidate: Counts | Missing
    stable: Counts | Missing
    limit: float | None = None
    query: str = ""


@dataclass(frozen=True)
class SignalEvidence:
    """What is known about one signal of the policy, by its own limit, and beside stable.

    `own`: for ErrorRate failed requests, for Latency requests slower than maxDuration (Missing without one), for
    PromQL the Sample.
    `compared`: stable over the same time; for ErrorRate only shown, for Latency judged where the signal has
    maxRatio; None without a baseline.
    `at`: when the newest value in it was scraped.
    """

    signal: str
    query: str
    own: Evidence
    compared: Comparison | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Traffic:
    """Requests that the routers sent to the candidate, of all that they sent for this Deployment, since the hold
    began."""

    candidate: int
    total: int


@dataclass(frozen=True)
class Exposure:
    """Which revision the evidence is about, and over what time to ask. `plan.exposure` says it, `observe` answers it.

    `baseline`: the revision to compare with, None when none takes traffic beside the subject.
    `since`: when the subject's exposure began (each signal caps it by its window). `hold_since`: when the hold's
    clock began, for `Traffic`.
    """

    subject: str
    baseline: str | None
    since: datetime
    hold_since: datetime | None


@dataclass(frozen=True)
class ObservedDataset:
    metadata: ObjectMeta
    spec: DatasetSpec | InvalidSpec
    status: DatasetStatus
    jobs: tuple[Job, ...] = ()


@dataclass(frozen=True)
class ObservedModelVersion:
    """`dataset` is None when the Dataset that the spec names doesn't exist; `serving` is None when nothing of this
    model serves."""

    metadata: ObjectMeta
    spec: ModelVersionSpec | InvalidSpec
    status: ModelVersionStatus
    jobs: tuple[Job, ...] = ()
    dataset: DatasetSummary | None = None
    serving: ServingModel | None = None
    image: str = ""


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
    traffic: Traffic | Missing = Missing("NoData", "no traffic was measured")


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
