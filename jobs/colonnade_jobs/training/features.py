"""Which columns are learned from, and as what: each becomes one input of the served model."""

from dataclasses import dataclass
from typing import Any, Literal

from ..documents import Features
from ..refusals import Refusal
from ..suggestions import did_you_mean

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


def choose(schema: dict[str, Any], target: str, wanted: Features) -> Choice:
    """The features of a dataset's schema for a target. Raises Refusal when a named column isn't there."""
    types = {column["name"]: column["type"] for column in schema["columns"]}
    if target not in types:
        raise Refusal(
            "UnknownTarget", f"spec.training.target: the dataset has no column {target}{did_you_mean(target, types)}"
        )
    for field, names in (("include", wanted.include), ("exclude", wanted.exclude)):
        for name in names:
            if name not in types:
                raise Refusal(
                    "UnknownFeature",
                    f"spec.training.features.{field}: the dataset has no column {name}{did_you_mean(name, types)}",
                )
    left_out = {name: reason for name in types if (reason := _objection(name, target, wanted, schema["uniqueKey"]))}
    features = [Feature(name, KINDS[kind]) for name, kind in types.items() if name not in left_out and name != target]
    if not features:
        raise Refusal("NoFeatures", "spec.training.features: no column is left to learn from; include some")
    return Choice(features, left_out)


def _objection(name: str, target: str, wanted: Features, key: list[str]) -> str | None:
    if name == target or name in wanted.include:
        return None
    if name in wanted.exclude:
        return "excluded"
    if wanted.include:
        return "not included"
    return "names the row" if name in key else None
