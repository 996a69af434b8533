"""The chart's values, from the schema that refuses what is misspelt and the file that has the defaults."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from docs.site.reference.markdown import code, page, table

CHART = Path("helm/colonnade")
Schema = dict[str, Any]
INTRODUCTION = """\
Values of `helm/colonnade`. A value that isn't here, or of another type, is refused by Helm before anything is
installed."""


def pages(repository: Path) -> dict[Path, str]:
    schema = json.loads((repository / CHART / "values.schema.json").read_text())
    defaults = yaml.safe_load((repository / CHART / "values.yaml").read_text())
    rows = list(_rows(schema, "", schema, defaults))
    return {Path("docs/reference/chart.md"): page("The chart's values", INTRODUCTION, table(("value", ""), rows))}


def _rows(schema: Schema, path: str, root: Schema, default: Any) -> Iterator[tuple[str, str]]:
    for name, unresolved in schema.get("properties", {}).items():
        field = _resolved(unresolved, root)
        where = f"{path}{name}"
        value = default.get(name) if isinstance(default, dict) else None
        if field.get("properties") and field.get("type") == "object":
            yield from _rows(field, f"{where}.", root, value)
        elif name != "global":
            yield f"{code(where)}{_default(value)}", str(field.get("description", schema.get("description", "")))


def _resolved(field: Schema, root: Schema) -> Schema:
    if "$ref" not in field:
        return field
    return {**root["definitions"][field["$ref"].rsplit("/", 1)[-1]], **field}


def _default(value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    return f"<br>default {code(json.dumps(value).strip(chr(34)))}"
