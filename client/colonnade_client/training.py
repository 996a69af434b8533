"""From a notebook's arguments to a ModelVersion object."""

from typing import Any

from pydantic import ValidationError

from colonnade_access import Object, Refused
from colonnade_access.words import short
from colonnade_api import API_VERSION, ModelVersionSpec
from colonnade_api.kinds import MODEL_VERSIONS
from colonnade_client.dataset import Dataset
from colonnade_client.datasetversion import DatasetVersion
from colonnade_client.errors import InvalidSpec
from colonnade_client.session import Session

CONFLICT, INVALID = 409, (400, 422)
TRIES = 5


Data = Dataset | DatasetVersion | str


def dataset_name(dataset: Data) -> str:
    """Raises InvalidSpec for a version that training would not use."""
    if isinstance(dataset, str):
        return dataset
    if not isinstance(dataset, DatasetVersion):
        return dataset.name
    if not dataset.is_current:
        raise InvalidSpec(
            f"dataset: {short(dataset.digest)} is not the current version of {dataset.dataset}, which training uses"
        )
    return dataset.dataset


def pinned(dataset: Data) -> str | None:
    """The digest that was meant, where one was."""
    return dataset.digest if isinstance(dataset, DatasetVersion) else None


def specified(model: str, training: dict[str, Any], gates: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """The spec, checked as the API server checks it. training: snake_case or camelCase.

    Raises InvalidSpec, which names the argument.
    """
    try:
        spec = ModelVersionSpec.model_validate({"model": model, "training": training, "gates": gates})
    except ValidationError as error:
        raise InvalidSpec("; ".join(_objection(each) for each in error.errors())) from None
    return spec.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)


def create(session: Session, spec: dict[str, Any], name: str | None) -> Object:
    """name: MODEL-N when left out, the next N that is free.

    Raises InvalidSpec where the API server refuses it.
    """
    for attempt in range(TRIES):
        wanted = name or _next_name(session, spec["model"], attempt)
        manifest = {"apiVersion": API_VERSION, "kind": "ModelVersion", "metadata": {"name": wanted}, "spec": spec}
        try:
            return session.cluster.create(MODEL_VERSIONS, manifest)
        except Refused as refused:
            taken = refused.status == CONFLICT
            if taken and name:
                raise InvalidSpec(
                    f"name: there is a ModelVersion {name} already; leave name out, or give another"
                ) from None
            if refused.status in INVALID:
                raise InvalidSpec(str(refused)) from None
            if not taken:
                raise
    raise InvalidSpec(f"name: others keep taking the names of {spec['model']}; give one")


def _next_name(session: Session, model: str, attempt: int) -> str:
    taken = {item["metadata"]["name"] for item in session.cluster.list(MODEL_VERSIONS)}
    numbers = [int(tail) for each in taken if (tail := each.removeprefix(f"{model}-")).isdecimal() and tail != each]
    return f"{model}-{max(numbers, default=0) + 1 + attempt}"


def _objection(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"])
    said = str(error["msg"]).removeprefix("Value error, ")
    return f"{place}: {said}" if place else said
