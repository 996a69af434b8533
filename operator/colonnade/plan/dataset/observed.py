"""What a pass over a Dataset has seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from colonnade.plan.common.observed import InvalidSpec, Job
from colonnade.plan.common.places import Place
from colonnade.plan.dataset.descent import NO_DESCENT, Descent
from colonnade.plan.dataset.upstream import NO_UPSTREAMS, Upstreams
from colonnade_api import DatasetSpec, DatasetStatus, ObjectMeta


@dataclass(frozen=True)
class Collection:
    """installation: whose store it is. references: units of the store that stay, sorted. unreadable: an object whose
    references can't be told, so that nothing may be removed."""

    installation: str
    references: tuple[str, ...] = ()
    unreadable: str = ""


@dataclass(frozen=True)
class ObservedDataset:
    """`image` is what a Job would run.

    keep_jobs: those that keep versions. pinned: versions that others refer to, by their digests. collection: of what
    the store holds, all that is referred to, where this Dataset collects its namespace's garbage. needed: the names of
    other Datasets that have a version of this content, by its digest, where somebody is to be forgotten. place: where
    the namespace's artifacts lie.
    """

    metadata: ObjectMeta
    spec: DatasetSpec | InvalidSpec
    status: DatasetStatus
    jobs: tuple[Job, ...] = ()
    image: str = ""
    upstreams: Upstreams = NO_UPSTREAMS
    keep_jobs: tuple[Job, ...] = ()
    pinned: frozenset[str] = frozenset()
    collection: Collection | None = None
    needed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    place: Place | None = None
    descent: Descent = NO_DESCENT
