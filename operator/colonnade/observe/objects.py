"""From an object as the API server holds it to the parts that a snapshot has."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from colonnade.kube.kinds import Manifest
from colonnade.plan.common.observed import InvalidSpec
from colonnade_api import Condition, ObjectMeta
from colonnade_api.datasets.encryption import Encryption, SecretKey

Model = TypeVar("Model", bound=BaseModel)


def metadata(manifest: Manifest) -> ObjectMeta:
    return ObjectMeta.model_validate(manifest["metadata"])


def spec(kind: type[Model], manifest: Manifest) -> Model | InvalidSpec:
    """What the API server let through and our types refuse is a value too; its message names the field."""
    try:
        return kind.model_validate(manifest.get("spec") or {})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(("spec", *map(str, first["loc"])))
        return InvalidSpec(f"{field}: {first['msg'].removeprefix('Value error, ')}")


def status(kind: type[Model], manifest: Manifest) -> Model:
    """Raises ValidationError for a status that no operator wrote: it can't be trusted, so the pass must not go on."""
    return kind.model_validate(manifest.get("status") or {})


def status_of_another(kind: type[Model], manifest: Manifest) -> Model:
    """Of an object that is only looked at: one that can't be read says nothing, and delays nobody else's pass."""
    try:
        return status(kind, manifest)
    except ValidationError:
        return kind()


def created_at(manifest: Manifest) -> datetime:
    return datetime.fromisoformat(manifest["metadata"]["creationTimestamp"])


def deleting(manifest: Manifest) -> bool:
    return bool(manifest["metadata"].get("deletionTimestamp"))


def labels(manifest: Manifest) -> Mapping[str, str]:
    found: Mapping[str, str] = manifest["metadata"].get("labels") or {}
    return found


def readiness(condition: Condition | None) -> tuple[bool, str]:
    """Whether Ready is True, and what it says when it isn't."""
    if condition is None:
        return False, "it was not looked at yet"
    return condition.status == "True", "" if condition.status == "True" else condition.message


def conditions(manifest: Manifest) -> dict[str, dict[str, Any]]:
    """The True ones, by type."""
    found = (manifest.get("status") or {}).get("conditions") or ()
    return {condition["type"]: condition for condition in found if condition["status"] == "True"}


def encryption_keys(dataset: Manifest) -> tuple[SecretKey, ...]:
    """What opens the versions of a Dataset that is only looked at; nothing where that can't be read."""
    told = (dataset["spec"].get("privacy") or {}).get("encryption")
    try:
        return Encryption.model_validate(told).all_keys() if told else ()
    except ValidationError:
        return ()
