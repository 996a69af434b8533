"""All versions of one thing, newest first."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from colonnade.cli.page import Said, Table, Word, table
from colonnade.cli.views.modelversion import approval
from colonnade.cli.views.parts import condition_tone
from colonnade_access.references import Object
from colonnade_access.words import NOTHING, ago, short, size
from colonnade_api import DatasetStatus, DeploymentStatus, ModelVersionStatus
from colonnade_api.models.modelversion import made_at
from colonnade_api.references import HOLD_DIGITS, holds, tags


def of_dataset(item: Object, models: Iterable[Object], now: datetime) -> Table:
    """models: every ModelVersion that may have learnt from it."""
    status = DatasetStatus.model_validate(item["status"])
    annotations = item["metadata"].get("annotations") or {}
    learnt = _learnt_by(item["metadata"]["name"], models)
    rows = [
        (
            short(version.digest),
            f"{version.rows:,}",
            f"{version.invalid_rows:,}",
            size(version.bytes),
            ago(version.created_at, now),
            ", ".join(_called(version.digest, status, annotations)),
            ago(version.audited_at, now),
            ago(version.backed_up_at, now),
            ", ".join(learnt.get(version.digest or "", ())) or NOTHING,
            version.source or NOTHING,
        )
        for version in status.versions
    ]
    columns = ("version", "rows", "invalid", "size", "age", "", "audited", "copied", "learnt by", "source")
    return table(columns, rows, right=("rows", "invalid", "size", "age", "audited", "copied"))


def _called(digest: str | None, status: DatasetStatus, annotations: dict[str, str]) -> Iterator[str]:
    """That it is the current one, its tags, why it is held."""
    if digest == status.current:
        yield "current"
    yield from sorted(tag for tag, of in tags(annotations).items() if of == digest)
    digits = (digest or "").removeprefix("sha256:")
    if (why := holds(annotations).get(digits[:HOLD_DIGITS])) is not None:
        yield f"held: {why}"


def of_model(models: Sequence[Object], deployments: Sequence[Object], now: datetime) -> Table:
    """deployments: every Deployment that may serve one of them."""
    rows = [_model(each, deployments, now) for each in models]
    columns = ("version", "bundle", "made from", "numbers", "approval", "ready", "age", "served by")
    return table(columns, rows, right=("age",))


def _model(item: Object, deployments: Sequence[Object], now: datetime) -> tuple[Said, ...]:
    status, name = ModelVersionStatus.model_validate(item.get("status") or {}), str(item["metadata"]["name"])
    return (
        name,
        short(status.digest),
        f"dset/{status.dataset.name} at {short(status.dataset.digest)}" if status.dataset else NOTHING,
        status.headline or NOTHING,
        approval(status) or NOTHING,
        _ready(status),
        ago(made_at(item), now),
        ", ".join(_served_by(name, deployments)) or NOTHING,
    )


def _ready(status: ModelVersionStatus) -> Said:
    ready = status.condition("Ready")
    if ready is None:
        return NOTHING
    return Word("Ready" if ready.status == "True" else ready.reason, condition_tone(ready))


def _served_by(model_version: str, deployments: Sequence[Object]) -> list[str]:
    found = []
    for each in deployments:
        status = DeploymentStatus.model_validate(each.get("status") or {})
        for role, served in (("stable", status.stable), ("candidate", status.candidate)):
            if served and served.model_version == model_version:
                found.append(f"mdep/{each['metadata']['name']} {role} {served.weight} %")
    return found


def _learnt_by(dataset: str, models: Iterable[Object]) -> dict[str, list[str]]:
    """Names of ModelVersions by the version's digest."""
    found: dict[str, list[str]] = {}
    for each in models:
        pinned = ModelVersionStatus.model_validate(each.get("status") or {}).dataset
        if pinned and pinned.name == dataset:
            found.setdefault(pinned.digest, []).append(str(each["metadata"]["name"]))
    return found
