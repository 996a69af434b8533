"""From pydantic to the structural OpenAPI v3 schema that an API server takes: no references, null types or titles."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from colonnade_api.crds.variants import Schema, Variants
from colonnade_api.durations import format_duration

Field = core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField
FORMATS = {"integer": "int64", "number": "double"}
DROPPED = ("title", "$defs", "readOnly")


class Dialect(GenerateJsonSchema):
    """Pydantic's generator, with defaults as a user would write them and only what has none required."""

    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, BaseModel):
            return dft.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        if isinstance(dft, tuple):
            return [self.encode_default(item) for item in dft]
        if isinstance(dft, timedelta):
            return format_duration(dft)
        return super().encode_default(dft)

    def field_is_required(self, field: Field, total: bool) -> bool:  # noqa: ARG002 - pydantic's signature
        return str(field["schema"]["type"]) != "default"


def structural(model: type[BaseModel], *, observed: bool = False) -> Schema:
    """The model's schema. What is `observed` may be null and has no defaults: a status says only what was seen."""
    raw = model.model_json_schema(by_alias=True, mode="serialization", schema_generator=Dialect)
    return _inline(raw, raw.get("$defs", {}), observed)


def _inline(node: Schema, definitions: Schema, observed: bool) -> Schema:
    node, optional = _without_null(_resolved(node, definitions), definitions)
    if "discriminator" in node:
        return _inline_variants(node, definitions, observed)
    found = {key: value for key, value in node.items() if key not in DROPPED}
    if found.get("additionalProperties") is False:
        del found["additionalProperties"]
    if "examples" in found:
        found["example"] = found.pop("examples")[0]
    if "const" in found:
        found["enum"] = [found.pop("const")]
    if observed or _says_nothing(found):
        found.pop("default", None)
    if observed and optional:
        found["nullable"] = True
    if found.get("type") in FORMATS:
        found.setdefault("format", FORMATS[found["type"]])
    _bounds_as_openapi(found)
    _computed_is_optional(found)
    return _inline_children(found, definitions, observed)


def _inline_variants(node: Schema, definitions: Schema, observed: bool) -> Schema:
    told = node["discriminator"]
    by_name = {name: _inline({"$ref": ref}, definitions, observed) for name, ref in told["mapping"].items()}
    about = {"description": node["description"]} if "description" in node else {}
    return {**about, **Variants(by_name, told["propertyName"], node["noun"]).merged()}


def _inline_children(node: Schema, definitions: Schema, observed: bool) -> Schema:
    single = {key: node[key] for key in ("items", "additionalProperties") if key in node}
    children: Schema = {key: _inline(child, definitions, observed) for key, child in single.items()}
    if "properties" in node:
        properties = node["properties"].items()
        children["properties"] = {name: _inline(child, definitions, observed) for name, child in properties}
    return {**node, **children}


def _resolved(node: Schema, definitions: Schema) -> Schema:
    """What stands beside a reference (a description, a default) overrides what it refers to."""
    while "$ref" in node:
        beside = {key: value for key, value in node.items() if key != "$ref"}
        node = {**definitions[node["$ref"].removeprefix("#/$defs/")], **beside}
    return node


def _without_null(node: Schema, definitions: Schema) -> tuple[Schema, bool]:
    options = node.get("anyOf", [])
    if {"type": "null"} not in options:
        return node, False
    (value,) = (option for option in options if option != {"type": "null"})
    beside = {key: value for key, value in node.items() if key != "anyOf"}
    return {**_resolved(value, definitions), **beside}, True


def _says_nothing(node: Schema) -> bool:
    """A default that no one would write; an empty object is one only where there are no defaults within it."""
    default = node.get("default")
    return default is None or default in ("", []) or (default == {} and not node.get("properties"))


def _bounds_as_openapi(node: Schema) -> None:
    """JSON Schema gives an exclusive bound as a number of its own, OpenAPI v3 as a mark on the bound."""
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if exclusive in node:
            node[bound] = node[exclusive]
            node[exclusive] = True


def _computed_is_optional(node: Schema) -> None:
    """Pydantic requires what it computes itself; another writer of the same status need not know of it."""
    computed = {name for name, child in node.get("properties", {}).items() if child.get("readOnly")}
    required = [name for name in node.pop("required", []) if name not in computed]
    if required:
        node["required"] = required
