"""What every CRD has to be: structural, described, bounded, so that the API server takes it and can price its rules."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from colonnade_api import KINDS
from colonnade_api.crds.definition import definition

ALLOWED = {
    "additionalProperties", "anyOf", "default", "description", "enum", "example", "exclusiveMaximum",
    "exclusiveMinimum", "format",
    "items", "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength", "minProperties",
    "minimum", "nullable",
    "pattern", "properties", "required", "type", "x-kubernetes-int-or-string", "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-validations",
}  # fmt: skip
OWN_TYPE = "x-kubernetes-int-or-string"
ANY_TYPE = "x-kubernetes-preserve-unknown-fields"


class Node(NamedTuple):
    """One place in a schema."""

    path: str
    schema: dict[str, Any]


def nodes(path: str, schema: dict[str, Any]) -> Iterator[Node]:
    yield Node(path, schema)
    for name, child in schema.get("properties", {}).items():
        yield from nodes(f"{path}.{name}", child)
    for key in ("items", "additionalProperties"):
        if key in schema:
            yield from nodes(f"{path}[]", schema[key])


def roots() -> Iterator[Node]:
    for kind in KINDS:
        (version,) = definition(kind)["spec"]["versions"]
        for part in ("spec", "status"):
            schema = version["schema"]["openAPIV3Schema"]["properties"][part]
            yield Node(f"{kind.__name__}.{part}", schema)


NODES = [node for root in roots() for node in nodes(*root)]


def of_type(*types: str) -> list[Node]:
    return [node for node in NODES if node.schema.get("type") in types]


def test_only_what_a_structural_schema_may_hold() -> None:
    assert {key for node in NODES for key in node.schema} <= ALLOWED


def test_every_place_has_one_type() -> None:
    typed = [node for node in NODES if "type" in node.schema or ANY_TYPE not in node.schema]
    assert [node.path for node in typed if ("type" in node.schema) == (OWN_TYPE in node.schema)] == []


def test_every_field_is_described_in_a_sentence() -> None:
    fields = [node for node in NODES if not node.path.endswith("[]")]
    assert [n.path for n in fields if not re.match(r"(?s)[@\w].+[.)]$", n.schema.get("description", ""))] == []


def test_every_string_is_bounded() -> None:
    bounds = {"maxLength", "enum", "format"}
    assert [node.path for node in of_type("string") if not bounds & set(node.schema)] == []


def test_every_list_is_bounded_and_says_how_it_merges() -> None:
    wanted = {"maxItems", "x-kubernetes-list-type"}
    assert [node.path for node in of_type("array") if not wanted <= set(node.schema)] == []


def test_every_map_is_bounded() -> None:
    maps = [node for node in of_type("object") if "additionalProperties" in node.schema]
    assert [node.path for node in maps if "maxProperties" not in node.schema] == []


def test_every_number_says_its_format() -> None:
    assert {node.schema.get("format") for node in of_type("integer")} == {"int64"}
    assert {node.schema.get("format") for node in of_type("number")} == {"double"}


def test_a_list_keyed_by_a_field_requires_it() -> None:
    keyed = [node.schema for node in of_type("array") if "x-kubernetes-list-map-keys" in node.schema]
    assert keyed
    for schema in keyed:
        assert set(schema["x-kubernetes-list-map-keys"]) <= set(schema["items"]["required"])


def test_every_rule_says_what_would_be_right() -> None:
    rules = [(node.path, rule) for node in NODES for rule in node.schema.get("x-kubernetes-validations", [])]
    assert rules
    assert [path for path, rule in rules if len(rule["message"]) < 30] == []


def test_no_rule_reads_a_field_that_may_be_absent_without_asking() -> None:
    """The API server refuses whatever a rule can't be computed on, however right it is."""
    unasked = [
        f"{node.path}.{name}: {rule['rule']}"
        for node in NODES
        for rule in node.schema.get("x-kubernetes-validations", [])
        for name in set(re.findall(r"\bself\.(\w+)", rule["rule"])) & set(node.schema.get("properties", {}))
        if name not in node.schema.get("required", [])
        if "default" not in node.schema["properties"][name]
        if f"has(self.{name})" not in rule["rule"]
    ]
    assert unasked == []


def test_a_status_says_only_what_was_seen() -> None:
    below = [node for node in NODES if ".status." in node.path]
    assert [node.path for node in below if "default" in node.schema] == []


def test_a_fresh_object_says_that_nobody_has_seen_it() -> None:
    statuses = [node.schema for node in NODES if node.path.endswith(".status") and node.path.count(".") == 1]
    assert [schema["default"] for schema in statuses] == [{"observedGeneration": -1}] * 4


@pytest.mark.parametrize("field", ["version", "headline"])
def test_what_is_computed_may_be_absent(field: str) -> None:
    (status,) = [node.schema for node in NODES if node.path == "ModelVersion.status"]
    assert field in status["properties"]
    assert field not in status.get("required", [])


def test_exclusive_bounds_are_marks_on_the_bound() -> None:
    (share,) = [node.schema for node in NODES if node.path == "Dataset.spec.split.test"]
    assert (share["minimum"], share["exclusiveMinimum"]) == (0, True)
    assert (share["maximum"], share["exclusiveMaximum"]) == (1, True)
