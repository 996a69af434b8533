"""What was made of rows that are erased: models, the Deployments that serve them, other Datasets; and models anew."""

from collections.abc import Iterable
from typing import Any

from colonnade.cli.terminal import say
from colonnade.cli.waiting import looks
from colonnade_access.cluster import Cluster, Refused
from colonnade_access.errors import ColonnadeError
from colonnade_access.references import Object
from colonnade_api import DatasetStatus
from colonnade_api.datasets.descent import StatusOf, Ways, erased_beneath, made_of, made_with
from colonnade_api.kinds import DATASETS, DEPLOYMENTS, MODEL_VERSIONS

COLLECTED_WITHIN_SECONDS = 600.0
LONGEST_NAME = 42


def tell(cluster: Cluster, *, retrain: bool) -> None:
    """Names what can't be erased, and makes ModelVersions of the same specs where that is wanted."""
    _await_cascade(cluster)
    status_of = _statuses(cluster)
    models = [each for each in cluster.list(MODEL_VERSIONS) if _is_erased(each, status_of)]
    deployments = cluster.list(DEPLOYMENTS)
    for model in models:
        by = ", ".join(f"mdep/{name}" for name in _serving(model, deployments))
        serves = f"; {by} serves it" if by else ""
        say(
            f"mv/{model['metadata']['name']}: trained on rows that are erased, and its weights stay as they are{serves}"
        )
    for name, count in _made_with(cluster, status_of, made_with).items():
        say(f"dset/{name}: {count} of its versions were checked against them; forget the subject there too")
    if retrain:
        for model in _latest(models, deployments):
            _train_again(cluster, model)


def _statuses(cluster: Cluster) -> StatusOf:
    found = {
        str(item["metadata"]["name"]): DatasetStatus.model_validate(item.get("status") or {})
        for item in cluster.list(DATASETS)
    }
    return lambda name: found.get(name, DatasetStatus())


def _is_erased(model: Object, status_of: StatusOf) -> bool:
    pinned = (model.get("status") or {}).get("dataset")
    return bool(pinned and erased_beneath(pinned["name"], pinned["digest"], status_of))


def _serving(model: Object, deployments: Iterable[Object]) -> list[str]:
    digest = (model.get("status") or {}).get("digest")
    return [str(each["metadata"]["name"]) for each in deployments if digest and digest in _served(each)]


def _served(deployment: Object) -> list[str]:
    status: dict[str, Any] = deployment.get("status") or {}
    return [status[role]["digest"] for role in ("stable", "candidate") if status.get(role)]


def _await_cascade(cluster: Cluster) -> None:
    """Names the Datasets that queries made of those rows, once their versions are destroyed too."""
    first: dict[str, int] = {}
    for _ in looks(COLLECTED_WITHIN_SECONDS):
        left = _made_with(cluster, _statuses(cluster), made_of)
        first = left | first
        if not left:
            break
    else:
        raise ColonnadeError(f"versions of {_named(left)} are still there; see condition Erased, then ask again")
    for name, count in first.items():
        say(f"dset/{name}: {count} of its versions were made of them, and are destroyed too")


def _named(datasets: Iterable[str]) -> str:
    return ", ".join(f"dset/{name}" for name in datasets)


def _made_with(cluster: Cluster, status_of: StatusOf, ways: Ways) -> dict[str, int]:
    """Datasets whose listed versions have a destroyed one beneath them, and how many of each."""
    counts = {
        name: sum(
            bool(each.digest and erased_beneath(name, each.digest, status_of, ways))
            for each in status_of(name).versions
        )
        for name in sorted(str(item["metadata"]["name"]) for item in cluster.list(DATASETS))
    }
    return {name: count for name, count in counts.items() if count}


def _latest(models: list[Object], deployments: list[Object]) -> list[Object]:
    """Of each model the version that serves, else the newest one."""
    newest_last = sorted(models, key=lambda each: str(each["metadata"].get("creationTimestamp", "")))
    by_model = {each["spec"]["model"]: each for each in newest_last}
    by_model |= {each["spec"]["model"]: each for each in newest_last if _serving(each, deployments)}
    return list(by_model.values())


def _train_again(cluster: Cluster, model: Object) -> None:
    """Gates and approval are as ever: whoever decided of the old one has not decided of this."""
    name, spec = model["metadata"]["name"], model["spec"]
    digest = _current_without(cluster, spec["training"]["datasetRef"]["name"])
    again = f"{name[:LONGEST_NAME]}-{digest.removeprefix('sha256:')[:8]}"
    approval = {key: value for key, value in (spec.get("approval") or {}).items() if key == "required"}
    kept = {key: value for key, value in spec.items() if key != "approval"} | (
        {"approval": approval} if approval else {}
    )
    manifest = {
        "apiVersion": MODEL_VERSIONS.api_version,
        "kind": MODEL_VERSIONS.kind,
        "metadata": {"name": again, "namespace": cluster.namespace},
        "spec": kept,
    }
    try:
        cluster.create(MODEL_VERSIONS, manifest)
    except Refused as refused:
        if refused.status != 409:
            raise
    say(f"mv/{again} is trained in its place: see kubectl colonnade status mv/{again}; delete mv/{name} once it serves")


def _current_without(cluster: Cluster, dataset: str) -> str:
    """The current version, once no row of it was made with what is erased: a query runs again by itself.

    Raises ColonnadeError where that takes too long.
    """
    for _ in looks(COLLECTED_WITHIN_SECONDS):
        status_of = _statuses(cluster)
        current = status_of(dataset).current
        if current and not erased_beneath(dataset, current, status_of):
            return current
    raise ColonnadeError(
        f"dset/{dataset} has no version yet without the rows that are erased; see its status, then train"
    )
