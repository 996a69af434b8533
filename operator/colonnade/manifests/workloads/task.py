"""What the Jobs' image runs, and on what."""

import json
from dataclasses import dataclass
from datetime import timedelta

from colonnade.kube.kinds import Manifest
from colonnade_api import DataSource, ModelSource, Resources
from colonnade_api.datasets.encryption import SecretKey
from colonnade_api.datasets.keeping import Backup
from colonnade_api.jobs import DatasetJob, TrainJob, TrialJob
from colonnade_api.jobs.keeping import KeepJob

MODEST = {"requests": {"cpu": "250m", "memory": "512Mi"}}


@dataclass(frozen=True)
class Task:
    """command: of colonnade-jobs. component: in labels. document: what it is told, as JSON.

    source: what it reads, or writes, beside the store. longest: after that it is ended. resources: None for a modest
    share.
    keys: what opens and wraps versions that are encrypted.
    pseudonyms: where their key lies; None where none are made.
    signs: whether it makes what the platform signs.
    """

    command: str
    component: str
    document: str
    source: DataSource | ModelSource | Backup | None
    longest: timedelta
    resources: Resources | None = None
    keys: tuple[SecretKey, ...] = ()
    pseudonyms: SecretKey | None = None
    signs: bool = False

    def requirements(self) -> Manifest:
        asked = self.resources or Resources()
        return MODEST if asked == Resources() else asked.manifest()


def task_of(document: DatasetJob | TrainJob | TrialJob | KeepJob) -> Task:
    told = json.dumps(document.manifest(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if isinstance(document, KeepJob):
        keys = (*document.spec.encryption_keys(), *document.spec.subject_keys())
        return Task("keep", "keeping", told, document.backup, timedelta(hours=12), keys=keys)
    source = document.spec.source
    if isinstance(document, DatasetJob):
        keys = tuple(
            dict.fromkeys((*document.spec.encryption_keys(), *document.spec.subject_keys(), *document.upstream_keys))
        )
        privacy = document.spec.privacy
        secret = privacy.pseudonyms.key_secret_ref if privacy and privacy.pseudonyms else None
        return Task("dataset", "dataset", told, source, timedelta(hours=6), keys=keys, pseudonyms=secret)
    training = document.spec.training
    if isinstance(document, TrialJob):
        resources = training.search.trial_resources if training and training.search else None
        return Task("trial", "trial", told, source, timedelta(hours=6), resources, document.dataset.keys)
    resources = training.resources if training else None
    keys = document.dataset.keys if document.dataset else ()
    return Task("train", "training", told, source, timedelta(hours=24), resources, keys, signs=True)
