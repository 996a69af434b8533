"""What becomes of each unit in the store, and who refers to it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from colonnade.cli.page import Table, table
from colonnade_access.references import Object
from colonnade_access.words import NOTHING, size
from colonnade_api import Dataset, Deployment, ModelVersion
from colonnade_api.references import of_dataset, of_deployment, of_model, shortly

SHOWN = 3


def referrers(objects: Iterable[Object]) -> Mapping[str, list[str]]:
    """Who refers to a unit, by the unit's name, shortly. objects: Datasets, ModelVersions, Deployments."""
    found = defaultdict[str, list[str]](list)
    for each in objects:
        for unit, who in _references(each):
            found[shortly(unit)].append(who.replace(f" in {each['metadata']['namespace']}", ""))
    return found


def of_units(units: Sequence[Mapping[str, Any]], who: Mapping[str, list[str]]) -> Table:
    """units: as a collection's report has them."""
    rows = [
        (_name(each["unit"]), size(each["bytes"]), each["state"], _said(who.get(shortly(each["unit"]), [])))
        for each in units
    ]
    return table(("unit", "size", "becomes", "who refers to it"), rows, right=("size",))


def _references(item: Object) -> Iterable[tuple[str, str]]:
    match item["kind"]:
        case "Dataset":
            return of_dataset(Dataset.model_validate(item))
        case "ModelVersion":
            return of_model(ModelVersion.model_validate(item))
        case _:
            return of_deployment(Deployment.model_validate(item))


def _name(unit: str) -> str:
    """A digest by its first ten digits, as elsewhere."""
    kind, _, name = unit.partition("/")
    return f"{kind}/{name[:10]}" if kind in ("datasets", "models") else unit


def _said(who: list[str]) -> str:
    more = f" and {len(who) - SHOWN} more" if len(who) > SHOWN else ""
    return ", ".join(who[:SHOWN]) + more or NOTHING
