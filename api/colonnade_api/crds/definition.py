"""A kind as the CustomResourceDefinition that makes the API server know it."""

from typing import Any, cast

from pydantic import BaseModel

from colonnade_api.common import GROUP, LABEL_PATTERN, MAX_NAME, UNSEEN, VERSION, Column, Resource
from colonnade_api.crds.schema import structural
from colonnade_api.crds.variants import Schema

NAME_RULE = {
    "rule": f"size(self.metadata.name) <= {MAX_NAME} && self.metadata.name.matches('{LABEL_PATTERN}')",
    "message": f"metadata.name is at most {MAX_NAME} of the letters a-z, digits and '-', starts with a letter and does "
    "not end with '-': the names of pods and Services are made from it",
}
SCALE = {
    "specReplicasPath": ".spec.replicas",
    "statusReplicasPath": ".status.replicas",
    "labelSelectorPath": ".status.selector",
}


def definition(kind: type[Resource]) -> dict[str, Any]:
    """The CustomResourceDefinition of a kind."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.names.plural}.{GROUP}"},
        "spec": {"group": GROUP, "scope": "Namespaced", "names": _names(kind), "versions": [_version(kind)]},
    }


def _names(kind: type[Resource]) -> dict[str, Any]:
    name = kind.__name__
    return {
        "kind": name,
        "listKind": f"{name}List",
        "plural": kind.names.plural,
        "singular": name.lower(),
        "shortNames": [kind.names.short],
        "categories": ["colonnade"],
    }


def _version(kind: type[Resource]) -> dict[str, Any]:
    return {
        "name": VERSION,
        "served": True,
        "storage": True,
        "subresources": {"status": {}, **({"scale": SCALE} if kind.names.scale else {})},
        "additionalPrinterColumns": [_column(column) for column in kind.names.columns],
        "schema": {"openAPIV3Schema": _schema(kind)},
    }


def _column(column: Column) -> dict[str, Any]:
    about = {"description": column.about} if column.about else {}
    priority = {"priority": 1} if column.wide else {}
    return {"name": column.name, "type": column.type, "jsonPath": column.path, **about, **priority}


def _schema(kind: type[Resource]) -> Schema:
    return {
        "description": " ".join((kind.__doc__ or "").split()),
        "type": "object",
        "required": ["spec"],
        "x-kubernetes-validations": [NAME_RULE],
        "properties": {
            "apiVersion": {"type": "string", "description": f"{GROUP}/{VERSION}."},
            "kind": {"type": "string", "description": f"{kind.__name__}."},
            "metadata": {"type": "object"},
            "spec": _part(kind, "spec", observed=False),
            "status": {**_part(kind, "status", observed=True), "default": {"observedGeneration": UNSEEN}},
        },
    }


def _part(kind: type[Resource], name: str, *, observed: bool) -> Schema:
    field = kind.model_fields[name]
    model = cast("type[BaseModel]", field.annotation)
    return {**structural(model, observed=observed), "description": field.description}
