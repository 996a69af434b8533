"""The checks of a Dataset by pandera, as its documentation has them: a schema, validated lazily: all is told."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import pandera.pandas as pa
import tables

TYPES = {"integer": int, "number": float, "boolean": bool}
LABELS = {"not_nullable": "missing", "field_uniqueness": "repeated"}


def check(spec: tables.Spec, frame: Any) -> dict[str, list[int]]:
    """The rows that break each rule."""
    try:
        schema(spec).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        names = {rule["name"] for rule in spec["validation"].get("rules", [])}
        found = cases.groupby(["column", "check"])["index"].unique()
        return {label(column, broken, names): rows.astype(int).tolist() for (column, broken), rows in found.items()}
    return {}


def label(column: str, broken: str, rules: set[str]) -> str:
    """What a broken check is called."""
    return broken if broken in rules else f"{column} {LABELS.get(broken, broken)}"


def schema(spec: tables.Spec) -> Any:
    """The Dataset's schema and rules as one of pandera's."""
    key = spec["schema"]["uniqueKey"]
    columns = {one["name"]: column(one, is_unique=key == [one["name"]]) for one in spec["schema"]["columns"]}
    rules = [across(rule) for rule in spec["validation"].get("rules", [])]
    return pa.DataFrameSchema(columns, rules, unique=key if len(key) > 1 else None)


def column(demanded: dict[str, Any], *, is_unique: bool) -> Any:
    """A column, with a check for each of its demands."""
    checks = []
    if "min" in demanded:
        checks.append(pa.Check.ge(demanded["min"], error="bounds"))
    if "max" in demanded:
        checks.append(pa.Check.le(demanded["max"], error="bounds"))
    if "pattern" in demanded:
        checks.append(pa.Check.str_matches(demanded["pattern"], error="pattern"))
    if "allowed" in demanded:
        checks.append(pa.Check.isin(demanded["allowed"], error="allowed"))
    kind = TYPES.get(demanded["type"])
    return pa.Column(kind, checks, nullable=demanded.get("nullable", False), unique=is_unique)


def across(rule: dict[str, str]) -> Any:
    """A rule over the whole frame; a row that lacks one of its values passes."""
    larger, smaller = rule["expression"].split(" >= ")
    return pa.Check(
        lambda frame: (frame[larger] >= frame[smaller]) | frame[[larger, smaller]].isna().any(axis=1),
        error=rule["name"],
    )


if __name__ == "__main__":
    tables.run(check)
