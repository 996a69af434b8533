"""What a pass over a Dataset has seen."""

from dataclasses import dataclass

from colonnade.plan.common.observed import InvalidSpec, Job
from colonnade.plan.dataset.upstream import NO_UPSTREAMS, Upstreams
from colonnade_api import DatasetSpec, DatasetStatus, ObjectMeta


@dataclass(frozen=True)
class ObservedDataset:
    """`image` is what a Job would run."""

    metadata: ObjectMeta
    spec: DatasetSpec | InvalidSpec
    status: DatasetStatus
    jobs: tuple[Job, ...] = ()
    image: str = ""
    upstreams: Upstreams = NO_UPSTREAMS
