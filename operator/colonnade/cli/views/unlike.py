"""What versions have in common and what not, as data: metrics, specs, data, circumstances."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from colonnade_access.references import Object
from colonnade_access.words import count, short
from colonnade_api import DatasetStatus, ModelVersionStatus

Found = dict[str, Any]
ByVersion = Mapping[str, Mapping[str, Any]]
DECISION = "approval"
"""Of a spec what makes no other model, and is somebody's decision."""


def comparison(items: Sequence[Object], datasets: Iterable[Object]) -> Found:
    """items: ModelVersions; datasets: all of the namespace. What isn't alike stands by version."""
    specs = {str(item["metadata"]["name"]): item["spec"] for item in items}
    statuses = {
        str(item["metadata"]["name"]): ModelVersionStatus.model_validate(item.get("status") or {}) for item in items
    }
    known = {str(each["metadata"]["name"]): each for each in datasets}
    return {
        "versions": list(statuses),
        "metrics": _by_field({name: _measured(status) for name, status in statuses.items()}),
        "onTheSameRows": list(_paired(statuses)),
        "spec": _unlike({name: _flat(_without_decision(spec)) for name, spec in specs.items()}),
        "data": _unlike({name: _data(status, known) for name, status in statuses.items()}),
        "circumstances": _unlike({name: _around(status) for name, status in statuses.items()}),
    }


def _paired(statuses: Mapping[str, ModelVersionStatus]) -> Iterator[Found]:
    """Where a training has asked one of them and another the same rows."""
    for name, status in statuses.items():
        told = status.comparison
        if told and told.metrics and statuses.get(told.model_version, ModelVersionStatus()).digest == told.digest:
            metrics = {metric: of.manifest() for metric, of in told.metrics.items()}
            yield {"version": name, "than": told.model_version, "rows": told.rows, "metrics": metrics}


def _measured(status: ModelVersionStatus) -> dict[str, Any]:
    measured: dict[str, Any] = {name: metric.manifest() for name, metric in status.metrics.items()}
    if status.latency:
        for name in ("p50", "p99"):
            measured[f"latency {name}"] = getattr(status.latency, name).manifest() | {"unit": "s"}
    if status.bytes is not None:
        measured["size"] = {"value": status.bytes, "unit": "B"}
    return measured


def _data(status: ModelVersionStatus, known: Mapping[str, Object]) -> dict[str, Any]:
    if status.dataset is None:
        return {}
    item = known.get(status.dataset.name) or {}
    versions = DatasetStatus.model_validate(item.get("status") or {}).versions
    version = next((each for each in versions if each.digest == status.dataset.digest), None)
    about = {"rows": count(version.rows, "row"), "schema": short(version.schema_digest)} if version else {}
    held = {"held out": count(status.held_out.rows, "row")} if status.held_out else {}
    return {"dataset": status.dataset.name, "version": short(status.dataset.digest)} | about | held


def _around(status: ModelVersionStatus) -> dict[str, Any]:
    lineage = status.lineage.manifest() if status.lineage else {}
    return {name: lineage[name] for name in ("image", "arithmetic", "source") if lineage.get(name)}


def _without_decision(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in spec.items() if name != DECISION}


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    """Each leaf by its path; a list is one leaf, as it is one decision."""
    if not isinstance(value, Mapping) or not value:
        return {path: value}
    leaves = [_flat(below, f"{path}.{name}".lstrip(".")) for name, below in value.items()]
    return {name: leaf for found in leaves for name, leaf in found.items()}


def _unlike(by_version: ByVersion) -> dict[str, dict[str, Any]]:
    """What isn't the same in all of them."""
    return {
        field: of
        for field, of in _by_field(by_version).items()
        if len(of) < len(by_version) or any(value != next(iter(of.values())) for value in of.values())
    }


def _by_field(by_version: ByVersion) -> dict[str, dict[str, Any]]:
    fields = dict.fromkeys(field for of in by_version.values() for field in of)
    return {field: {version: of[field] for version, of in by_version.items() if field in of} for field in fields}
