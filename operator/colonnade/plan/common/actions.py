"""What a pass wants done, in the order of execution.

Ensure* say what should be true and are repeated in every pass: `act` compares and writes only what differs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from colonnade_api import Serving as ServingSettings
from colonnade_api.jobs import DatasetJob, TrainJob, TrialJob
from colonnade_api.jobs.keeping import KeepJob


@dataclass(frozen=True)
class EnsureFinalizer:
    """Our finalizer stands on the object."""


@dataclass(frozen=True)
class RemoveFinalizer:
    """Ours alone; nothing of the object is left."""


@dataclass(frozen=True)
class RecordStatus:
    """Write the decision's status now, and go on only once it is written: what follows can't be undone, or relies on
    it."""


@dataclass(frozen=True)
class EnsureStore:
    """The artifact store can be mounted in this namespace (the PersistentVolumeClaim `colonnade-store` for a file
    store; nothing for S3)."""


@dataclass(frozen=True)
class RunJob:
    """Create this Job unless it exists. `document` is what it is told."""

    name: str
    spec_hash: str
    document: DatasetJob | TrainJob | TrialJob | KeepJob


@dataclass(frozen=True)
class DeleteJob:
    """With its pods, in the background."""

    name: str


@dataclass(frozen=True)
class EnsureRevision:
    """The revision's workload, Service for life, budget and network policy."""

    revision: str
    model_version: str
    digest: str
    artifact_uri: str
    replicas: int
    serving: ServingSettings


@dataclass(frozen=True)
class ScaleRevision:
    """Only the replicas: the revision's settings are its own, and may differ from the spec's."""

    revision: str
    replicas: int


@dataclass(frozen=True)
class DeleteRevision:
    """Workload, Service, budget and network policy."""

    revision: str


@dataclass(frozen=True)
class EnsureClientService:
    """The ExternalName Service by which clients reach the Deployment."""

    name: str


@dataclass(frozen=True)
class DeleteClientService:
    name: str


@dataclass(frozen=True)
class RequestRefresh:
    """The Dataset's source is looked at, once for each token."""

    dataset: str
    token: str


@dataclass(frozen=True)
class EnsureModelVersion:
    """Create this ModelVersion unless it exists. It is nobody's part: it outlives the policy that asked for it."""

    name: str
    policy: str
    in_place_of: str
    because: str
    spec: Mapping[str, Any]


@dataclass(frozen=True)
class SendAlerts:
    """Told again in every pass while they fire: Alertmanager forgets what it no longer hears of. What can't be told is
    no fault of the pass. alerts: as its API v2 has them."""

    receiver: str
    url: str
    alerts: tuple[Mapping[str, Any], ...]


Action = (
    EnsureFinalizer
    | RemoveFinalizer
    | RecordStatus
    | EnsureStore
    | RunJob
    | DeleteJob
    | EnsureRevision
    | ScaleRevision
    | DeleteRevision
    | EnsureClientService
    | DeleteClientService
    | RequestRefresh
    | EnsureModelVersion
    | SendAlerts
)
