"""Objects of several types, told apart by one field, as one structural schema.

An API server knows no alternatives among properties, so which field belongs to which type is said in CEL.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Schema = dict[str, Any]
RULES = "x-kubernetes-validations"


class Variants(NamedTuple):
    """by_name: the schema of each type, inlined. tag: the field that names the type. noun: what people call one."""

    by_name: Mapping[str, Schema]
    tag: str
    noun: str

    @property
    def fields(self) -> list[str]:
        return list(dict.fromkeys(field for each in self.by_name.values() for field in each["properties"]))

    @property
    def own_fields(self) -> list[str]:
        """Those that not every type has."""
        return [field for field in self.fields if len(self.having(field)) < len(self.by_name)]

    def having(self, field: str) -> dict[str, Schema]:
        """The field's schema in each type that has it."""
        found = {name: each["properties"].get(field) for name, each in self.by_name.items()}
        return {name: schema for name, schema in found.items() if schema is not None}

    def merged(self) -> Schema:
        """One object's schema with the fields of every type.

        A field of several types keeps what their schemas agree on; where bounds differ the types have rules.
        """
        properties = {field: self._field(field) for field in self.fields if field != self.tag}
        properties[self.tag] = {"type": "string", "enum": list(self.by_name), "description": self._types()}
        always = [f for f in self.fields if all(f in each.get("required", ()) for each in self.by_name.values())]
        return {"type": "object", "required": always, "properties": properties, RULES: self._rules()}

    def _field(self, field: str) -> Schema:
        """A default that not every type has is the reader's to fill in: the API server would give it to all of them."""
        agreed = _agreed(list(self.having(field).values()))
        if field in self.own_fields:
            agreed.pop("default", None)
        return agreed

    def _types(self) -> str:
        return " ".join(f"{name}: {_uncapitalised(each['description'])}" for name, each in self.by_name.items())

    def _rules(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = []
        for name, each in self.by_name.items():
            found += [self._needs(name, field) for field in each.get("required", ()) if field in self.own_fields]
            found += [
                {**rule, "rule": f"self.{self.tag} != '{name}' || ({rule['rule']})"} for rule in each.get(RULES, ())
            ]
        return found + [self._belongs(field) for field in self.own_fields]

    def _needs(self, name: str, field: str) -> dict[str, str]:
        example = self.having(field)[name].get("example")
        such_as = f", such as {field}: {example}" if example is not None else ""
        message = f"{'an' if name[0] in 'AEIOU' else 'a'} {name} {self.noun} needs {field}{such_as}"
        return {
            "rule": f"self.{self.tag} != '{name}' || has(self.{field})",
            "message": message,
            "fieldPath": f".{field}",
        }

    def _belongs(self, field: str) -> dict[str, str]:
        names = list(self.having(field))
        is_one = " || ".join(f"self.{self.tag} == '{name}'" for name in names)
        belongs = f"{field} belongs to {self.noun}s of type {' or '.join(names)}"
        message = f"{belongs}: set {self.tag}: {names[0]} or leave it out"
        return {"rule": f"{is_one} || !has(self.{field})", "message": message, "fieldPath": f".{field}"}


def _agreed(schemas: Sequence[Schema]) -> Schema:
    first, *others = schemas
    agreed = {key: value for key, value in first.items() if all(other.get(key) == value for other in others)}
    said = dict.fromkeys(schema["description"] for schema in schemas)
    return {**agreed, "description": " Or: ".join(said)}


def _uncapitalised(description: str) -> str:
    said = " ".join(description.split())
    return said[:1].lower() + said[1:]
