"""What a pass over a ModelVersion has seen."""

from dataclasses import dataclass

from colonnade.plan.common.observed import InvalidSpec, Job
from colonnade.plan.common.places import Place
from colonnade_api import ModelVersionSpec, ModelVersionStatus, ObjectMeta
from colonnade_api.datasets.descent import ErasedBeneath
from colonnade_api.datasets.encryption import SecretKey


@dataclass(frozen=True)
class DatasetSummary:
    """The Dataset that a ModelVersion names. `digest` is its current version, None before the first; `message` says
    why it isn't ready; `keys` open its versions; `moved` says that they lie where the store was before."""

    name: str
    digest: str | None = None
    ready: bool = False
    message: str = ""
    owner: str = ""
    license: str = ""
    keys: tuple[SecretKey, ...] = ()
    moved: str = ""


@dataclass(frozen=True)
class ServingModel:
    """The version of the same model that serves now, the bundle that is served, and by which Deployment."""

    model_version: str
    digest: str
    deployment: str


@dataclass(frozen=True)
class ObservedModelVersion:
    """`dataset` is None when the Dataset that the spec names doesn't exist; `serving` is None when nothing of this
    model serves; `erased` is None while all rows beneath it are still there. place: where its bundle has to lie."""

    metadata: ObjectMeta
    spec: ModelVersionSpec | InvalidSpec
    status: ModelVersionStatus
    jobs: tuple[Job, ...] = ()
    dataset: DatasetSummary | None = None
    serving: ServingModel | None = None
    image: str = ""
    erased: ErasedBeneath | None = None
    place: Place | None = None
