"""Snapshots of Datasets and ModelVersions."""

from collections.abc import Callable
from dataclasses import dataclass

from colonnade.kube.kinds import DATASETS, DEPLOYMENTS, Key, Manifest
from colonnade.manifests import Owner
from colonnade.observe import erasures, objects, references
from colonnade.observe.cache import Cache
from colonnade.observe.index import MODEL_OF_DEPLOYMENT
from colonnade.observe.jobs import jobs_of
from colonnade.observe.upstreams import upstreams_of
from colonnade.plan.common.observed import InvalidSpec
from colonnade.plan.common.places import Place
from colonnade.plan.dataset import moving
from colonnade.plan.dataset.observed import ObservedDataset
from colonnade.plan.modelversion.observed import DatasetSummary, ObservedModelVersion, ServingModel
from colonnade_api import (
    DatasetSpec,
    DatasetStatus,
    DeploymentStatus,
    ModelVersionSpec,
    ModelVersionStatus,
    ServedRevision,
)

KEEPING = "keeping"
"""The component of Jobs that keep versions: manifests/workloads/task.py."""


@dataclass(frozen=True)
class Installation:
    """image: what Jobs run. name: one that no other installation has; empty until it is known. place: where a
    namespace's artifacts lie."""

    image: str
    name: str = ""
    place: Callable[[str], Place | None] = lambda _: None


def observe_dataset(key: Key, live: Manifest, cache: Cache, installation: Installation) -> ObservedDataset:
    jobs = jobs_of(Owner(key, live["metadata"]["uid"]), cache)
    return ObservedDataset(
        metadata=objects.metadata(live),
        spec=objects.spec(DatasetSpec, live),
        status=objects.status(DatasetStatus, live),
        jobs=tuple(job for job in jobs if job.component != KEEPING),
        image=installation.image,
        upstreams=upstreams_of(key, live, cache, installation.place(key.namespace)),
        keep_jobs=tuple(job for job in jobs if job.component == KEEPING),
        pinned=references.pinned(key, cache),
        collection=references.collection(key, live, cache, installation.name, installation.place),
        needed=erasures.needed(key, live, cache),
        place=installation.place(key.namespace),
        descent=erasures.descent(key, live, cache),
    )


def observe_model_version(key: Key, live: Manifest, cache: Cache, installation: Installation) -> ObservedModelVersion:
    spec = objects.spec(ModelVersionSpec, live)
    readable = None if isinstance(spec, InvalidSpec) else spec
    training = readable.training if readable else None
    status, place = objects.status(ModelVersionStatus, live), installation.place(key.namespace)
    return ObservedModelVersion(
        metadata=objects.metadata(live),
        spec=spec,
        status=status,
        jobs=jobs_of(Owner(key, live["metadata"]["uid"]), cache),
        dataset=_dataset(key, training.dataset_ref.name, cache, place) if training else None,
        serving=_serving(key.namespace, readable.model, cache) if readable else None,
        image=installation.image,
        erased=erasures.beneath(key.namespace, status.dataset, cache),
        place=place,
    )


def _dataset(key: Key, name: str, cache: Cache, place: Place | None) -> DatasetSummary | None:
    live = cache.get(Key(DATASETS, key.namespace, name))
    if live is None:
        return None
    status = objects.status_of_another(DatasetStatus, live)
    ready, message = objects.readiness(status.condition("Ready"))
    moved = moving.elsewhere(moving.relocated(status, place), place)
    owner, terms = (str(live["spec"].get(field, "")) for field in ("owner", "license"))
    keys = objects.encryption_keys(live)
    if moved:
        return DatasetSummary(name, None, False, moved, owner, terms, keys, moved)
    return DatasetSummary(name, status.current, ready, message, owner, terms, keys)


def _serving(namespace: str, model: str, cache: Cache) -> ServingModel | None:
    """By the first Deployment of the model that has a stable revision, where there are several."""
    of_model = cache.having(DEPLOYMENTS, namespace, MODEL_OF_DEPLOYMENT, model)
    for live in sorted(of_model, key=lambda one: str(one["metadata"]["name"])):
        stable = cache.derived(live, _stable)
        if stable:
            return ServingModel(stable.model_version, stable.digest, str(live["metadata"]["name"]))
    return None


def _stable(deployment: Manifest) -> ServedRevision | None:
    return objects.status_of_another(DeploymentStatus, deployment).stable
