"""What is known of the models that a policy may have trained again: their versions, and what those are trained on."""

from collections.abc import Mapping
from dataclasses import replace

from colonnade.kube.kinds import DATASETS, DEPLOYMENTS, MODEL_VERSIONS, Key, Manifest
from colonnade.observe import objects
from colonnade.observe.cache import Cache
from colonnade.observe.index import MODEL_OF_VERSION
from colonnade.plan.monitorpolicy.observed import DatasetState, VersionState, WatchedDeployment
from colonnade_api import DatasetStatus, ModelVersionStatus
from colonnade_api.models.modelversion import HEADLINES
from colonnade_api.wellknown import REFRESH_ANNOTATION


def with_successors(target: WatchedDeployment, namespace: str, cache: Cache) -> WatchedDeployment:
    deployment = cache.get(Key(DEPLOYMENTS, namespace, target.deployment))
    if deployment is None:
        return target
    model = deployment["spec"]["model"]["name"]
    versions = {
        str(one["metadata"]["name"]): cache.derived(one, _version)
        for one in cache.having(MODEL_VERSIONS, namespace, MODEL_OF_VERSION, model)
        if not objects.deleting(one)
    }
    return replace(target, versions=versions, datasets=_datasets(versions, namespace, cache))


def _datasets(versions: Mapping[str, VersionState], namespace: str, cache: Cache) -> dict[str, DatasetState]:
    names = {version.trained_on[0] for version in versions.values() if version.trained_on}
    found = {name: cache.get(Key(DATASETS, namespace, name)) for name in names}
    return {name: cache.derived(live, _dataset) for name, live in found.items() if live}


def _version(live: Manifest) -> VersionState:
    status = objects.status_of_another(ModelVersionStatus, live)
    ready, message = objects.readiness(status.condition("Ready"))
    refused = (status.condition("Validated"), status.condition("Approved"))
    stalled = status.condition("Stalled")
    return VersionState(
        spec=live["spec"],
        trained_on=(status.dataset.name, status.dataset.digest) if status.dataset else None,
        headline=next((name for name in HEADLINES if name in status.metrics), None),
        ready=ready,
        stalled=stalled is not None and stalled.status == "True",
        unfit=bool(status.digest) and any(each and each.status == "False" for each in refused),
        message=message,
    )


def _dataset(live: Manifest) -> DatasetState:
    status = objects.status_of_another(DatasetStatus, live)
    return DatasetState(
        name=live["metadata"]["name"],
        current=status.current,
        rows={each.digest: each.rows for each in status.versions if each.digest and each.rows is not None},
        refresh=objects.metadata(live).annotations.get(REFRESH_ANNOTATION, ""),
        uploaded="upload" in live["spec"].get("source", {}),
    )
