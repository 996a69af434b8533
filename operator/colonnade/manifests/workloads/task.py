"""What the Jobs' image runs, and on what."""

import json
from dataclasses import dataclass
from datetime import timedelta

from colonnade.kube.kinds import Manifest
from colonnade_api import DataSource, ModelSource, Resources
from colonnade_api.jobs import DatasetJob, TrainJob

MODEST = {"requests": {"cpu": "250m", "memory": "512Mi"}}


@dataclass(frozen=True)
class Task:
    """command: of colonnade-jobs. component: in labels. document: what it is told, as JSON.

    source: what it reads beside the store. longest: after that it is ended. resources: None for a modest share.
    """

    command: str
    component: str
    document: str
    source: DataSource | ModelSource | None
    longest: timedelta
    resources: Resources | None = None

    def requirements(self) -> Manifest:
        asked = self.resources or Resources()
        return MODEST if asked == Resources() else asked.manifest()


def task_of(document: DatasetJob | TrainJob) -> Task:
    told = json.dumps(document.manifest(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    source = document.spec.source
    if isinstance(document, DatasetJob):
        return Task("dataset", "dataset", told, source, timedelta(hours=6))
    training = document.spec.training
    return Task("train", "training", told, source, timedelta(hours=24), training.resources if training else None)
