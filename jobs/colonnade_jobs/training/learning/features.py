"""Which columns are learned from, and as what: each becomes one input of the served model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from colonnade_api.models.training import Features

from ...errors import PermanentError
from ...formatting import did_you_mean

Array = np.ndarray[Any, Any]
Kind = Literal["number", "category", "text", "date"]
KINDS: dict[str, Kind] = {
    "number": "number",
    "integer": "number",
    "boolean": "number",
    "category": "category",
    "string": "category",
    "text": "text",
    "date": "date",
}
DATATYPES: dict[Kind, str] = {"number": "FP32", "category": "BYTES", "text": "BYTES", "date": "FP64"}


@dataclass(frozen=True)
class Feature:
    """A column as the model meets it: a number (FP32, also booleans), a category or text (BYTES), a date (FP64, seconds
    since 1970 in UTC). Missing: NaN, or the empty string."""

    name: str
    kind: Kind

    @property
    def datatype(self) -> str:
        """Its Open Inference datatype."""
        return DATATYPES[self.kind]


@dataclass(frozen=True)
class Choice:
    """The features in the dataset's order, and why other columns were left out."""

    features: list[Feature]
    left_out: dict[str, str]


def choose(schema: dict[str, Any], target: str, wanted: Features, beside: Mapping[str, str] | None = None) -> Choice:
    """The features of a dataset's schema for a target. Raises PermanentError when a named column isn't there.

    beside: columns that are for something else, and learnt from only where they are included, with the reason.
    """
    types = {column["name"]: column["type"] for column in schema["columns"]}
    if target not in types:
        raise PermanentError(
            "UnknownTarget", f"spec.training.target: the dataset has no column {target}{did_you_mean(target, types)}"
        )
    for field, names in (("include", wanted.include), ("exclude", wanted.exclude)):
        for name in names:
            if name not in types:
                raise PermanentError(
                    "UnknownFeature",
                    f"spec.training.features.{field}: the dataset has no column {name}{did_you_mean(name, types)}",
                )
    left_out = {name: reason for name in types if (reason := _objection(name, target, wanted, schema["uniqueKey"]))}
    left_out |= {
        name: reason
        for name, reason in (beside or {}).items()
        if name not in wanted.include and name not in left_out and name != target
    }
    features = [Feature(name, KINDS[kind]) for name, kind in types.items() if name not in left_out and name != target]
    if not features:
        raise PermanentError("NoFeatures", "spec.training.features: no column is left to learn from; include some")
    return Choice(features, left_out)


def with_values(choice: Choice, inputs: dict[str, Array], training: Array) -> Choice:
    """The features that have a value in the training rows. inputs: an array (rows,) by name; training: indices.

    Raises PermanentError when none has.
    """
    empty = [feature for feature in choice.features if _is_empty(inputs[feature.name][training], feature)]
    kept = [feature for feature in choice.features if feature not in empty]
    if not kept:
        raise PermanentError("NoFeatures", "spec.training.features: no column has a value in the training rows")
    return Choice(kept, choice.left_out | {feature.name: "has no value in the training rows" for feature in empty})


def _is_empty(values: Array, feature: Feature) -> bool:
    missing = values == "" if feature.kind in ("category", "text") else np.isnan(values)
    return bool(np.all(missing))


def _objection(name: str, target: str, wanted: Features, key: list[str]) -> str | None:
    if name == target or name in wanted.include:
        return None
    if name in wanted.exclude:
        return "excluded"
    if wanted.include:
        return "not included"
    return "names the row" if name in key else None
