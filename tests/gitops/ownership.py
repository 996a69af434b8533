"""Who owns which fields of an object, as the API server keeps account of it."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

Manifest = dict[str, Any]


def fields_of(manifest: Manifest, manager: str) -> set[str]:
    """The fields that this manager has set last."""
    return {path for entry in _entries(manifest) if entry["manager"] == manager for path in _leaves(entry["fieldsV1"])}


def contested(manifest: Manifest) -> list[str]:
    """Fields that two managers hold: each of them would set it anew whenever the other has changed it."""
    managers = {entry["manager"] for entry in _entries(manifest)}
    held = {manager: fields_of(manifest, manager) for manager in managers}
    return [
        f"{path}: {one} and {other}"
        for one, other in combinations(sorted(held), 2)
        for path in sorted(held[one] & held[other])
    ]


def _entries(manifest: Manifest) -> list[Manifest]:
    return list(manifest["metadata"].get("managedFields", []))


def _leaves(fields: Manifest, at: str = "") -> Iterator[str]:
    for name, below in fields.items():
        path = f"{at}/{name.partition(':')[2]}"
        if name == ".":
            continue
        if below in ({}, {".": {}}):
            yield path
        else:
            yield from _leaves(below, path)
