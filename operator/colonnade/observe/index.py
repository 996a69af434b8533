"""Objects by what stands in one of their fields: a look-up costs what it finds, however many there are."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from colonnade.kube.kinds import (
    DATASETS,
    DEPLOYMENTS,
    MODEL_VERSIONS,
    MONITOR_POLICIES,
    OWNED,
    Manifest,
    Resource,
    key_of,
)
from colonnade.manifests.labels import OWNER_LABELS
from colonnade_api.datasets.upstreams import UPSTREAM_FIELDS, Path, values_at
from colonnade_api.wellknown import REVISION_LABEL

SERVICE_NAME = "kubernetes.io/service-name"

UPSTREAMS_OF_DATASET: tuple[Path, ...] = (
    *(("spec", *field) for field in UPSTREAM_FIELDS),
    ("status", "versions", "*", "upstream", "*", "dataset"),
)
"""What a Dataset names, and what its versions were made with when it named others."""
DATASET_OF_VERSION: Path = ("spec", "training", "datasetRef", "name")
MODEL_OF_VERSION: Path = ("spec", "model")
MODEL_OF_DEPLOYMENT: Path = ("spec", "model", "name")
POLICY_OF_DEPLOYMENT: Path = ("spec", "monitorPolicyRef", "name")


def label(name: str) -> Path:
    return ("metadata", "labels", name)


FIELDS: Mapping[Resource, tuple[Path, ...]] = {
    DATASETS: UPSTREAMS_OF_DATASET,
    MODEL_VERSIONS: (DATASET_OF_VERSION, MODEL_OF_VERSION),
    DEPLOYMENTS: (MODEL_OF_DEPLOYMENT, POLICY_OF_DEPLOYMENT),
    MONITOR_POLICIES: (),
} | {resource: tuple(map(label, (*OWNER_LABELS.values(), REVISION_LABEL, SERVICE_NAME))) for resource in OWNED}
"""Those that are looked up."""


def value_at(manifest: Manifest, path: Path) -> object:
    """None where it isn't set."""
    return next(values_at(manifest, path), None)


class Index:
    """One resource's objects in one namespace, by each of its FIELDS."""

    def __init__(self, resource: Resource) -> None:
        self._by_field: dict[Path, dict[object, dict[str, Manifest]]] = {
            path: defaultdict(dict) for path in FIELDS[resource]
        }

    def put(self, manifest: Manifest) -> None:
        for by_value, value, name in self._places(manifest):
            by_value[value][name] = manifest

    def remove(self, manifest: Manifest) -> None:
        for by_value, value, name in self._places(manifest):
            del by_value[value][name]
            if not by_value[value]:
                del by_value[value]

    def having(self, path: Path, value: object) -> tuple[Manifest, ...]:
        """In the order in which they came to have it."""
        return tuple(self._by_field[path].get(value, {}).values())

    def _places(self, manifest: Manifest) -> Iterator[tuple[dict[object, dict[str, Manifest]], object, str]]:
        name = key_of(manifest).name
        for path, by_value in self._by_field.items():
            for value in dict.fromkeys(values_at(manifest, path)):
                yield by_value, value, name
