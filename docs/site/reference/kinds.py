"""A page for each kind, from its CRD: every field with its type, default and description, and the rules of each."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from docs.site.reference.markdown import bullets, code, page, table

CRDS = Path("crds")
Schema = dict[str, Any]


def pages(repository: Path) -> dict[Path, str]:
    found = {}
    for path in sorted((repository / CRDS).glob("*.yaml")):
        crd = yaml.safe_load(path.read_text())
        found[Path("docs/reference") / f"{crd['spec']['names']['singular']}.md"] = _page(crd)
    return found


def _page(crd: Schema) -> str:
    names, version = crd["spec"]["names"], crd["spec"]["versions"][0]
    root = version["schema"]["openAPIV3Schema"]
    short = ", ".join(code(name) for name in names.get("shortNames", []))
    written = (
        f"`apiVersion: {crd['spec']['group']}/{version['name']}`, `kind: {names['kind']}`; short for kubectl: {short}."
    )
    asked = f"The same in a terminal: `kubectl explain {names['shortNames'][0]}.spec`."
    rules = _rules(root)
    sections = [part for field in ("spec", "status") for part in _sections(field, root["properties"][field])]
    return page(names["kind"], root.get("description", ""), f"{written} {asked}", rules, *sections)


def _sections(path: str, schema: Schema) -> Iterator[str]:
    """An object and, after it, the objects within it."""
    fields = schema.get("properties", {})
    required = set(schema.get("required", []))
    rows = [(_field(name, field, name in required), _says(field)) for name, field in fields.items()]
    about = schema.get("description", "") if path.count(".") or "[" in path else ""
    yield from (f"## {code(path)}", about, table(("field", ""), rows), _rules(schema))
    for name, field in fields.items():
        where, inner = _inner(f"{path}.{name}", field)
        if inner.get("properties"):
            yield from _sections(where, inner)


def _inner(path: str, field: Schema) -> tuple[str, Schema]:
    """What a list or a map holds, and how it is written in a path."""
    if "items" in field:
        return _inner(f"{path}[]", field["items"])
    if isinstance(field.get("additionalProperties"), dict):
        return _inner(f"{path}.KEY", field["additionalProperties"])
    return path, field


def _field(name: str, field: Schema, required: bool) -> str:
    facts = [_type(field), "required" if required else "", _default(field)]
    return f"{code(name)}<br>{', '.join(fact for fact in facts if fact)}"


def _type(field: Schema) -> str:
    if "items" in field:
        return f"list of {_type(field['items'])}"
    if isinstance(field.get("additionalProperties"), dict):
        return f"map of {_type(field['additionalProperties'])}"
    if "enum" in field:
        return " or ".join(code(value) for value in field["enum"])
    if field.get("x-kubernetes-int-or-string"):
        return "quantity"
    return "time" if field.get("format") == "date-time" else str(field.get("type", "any"))


def _default(field: Schema) -> str:
    if "default" not in field or field["default"] in ({}, []):
        return ""
    return f"default {code(json.dumps(field['default'], ensure_ascii=False).strip(chr(34)))}"


def _says(field: Schema) -> str:
    low, high = field.get("minimum"), field.get("maximum")
    bounds = f"{low} to {high}." if None not in (low, high) else f"At least {low}." if low is not None else ""
    return " ".join((field.get("description", ""), bounds)).strip()


def _rules(schema: Schema) -> str:
    said = [rule["message"] for rule in schema.get("x-kubernetes-validations", [])]
    return f"The API server refuses what breaks one of these:\n\n{bullets(said)}" if said else ""
