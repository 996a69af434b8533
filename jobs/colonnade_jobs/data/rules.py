"""The schema's demands as SQL predicates. Each rule looks at one thing; its label says what it objects to."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..documents import Column, Schema
from .columns import Field
from .tables import literal

NOUNS = {"number": "number", "integer": "whole number", "boolean": "boolean", "date": "date"}


@dataclass(frozen=True)
class Rule:
    """One demand. label: for people; field: whose values are the examples; broken: SQL, true where a row breaks it."""

    label: str
    field: Field
    broken: str


def of_schema(fields: list[Field], schema: Schema, filled: set[str]) -> list[Rule]:
    """All rules but the type rule, over the table `typed`. filled: columns whose missing values cleaning mends."""
    rules = [rule for field in fields for rule in _of_column(field, filled)]
    if schema.unique_key:
        by_name = {field.rule.name: field for field in fields}
        rules.append(_unique([by_name[column] for column in schema.unique_key]))
    return rules


def type_rule(field: Field, present: str, typed: str) -> Rule | None:
    """The demand that a value has its declared type, over the table `raw`; strings take anything."""
    if field.rule.type not in NOUNS:
        return None
    label = f"{field.rule.name} not a {NOUNS[field.rule.type]}"
    return Rule(label, field, f"{present} IS NOT NULL AND {typed} IS NULL")


def _of_column(field: Field, filled: set[str]) -> Iterator[Rule]:
    column, value = field.rule, field.inner
    if not column.nullable and column.name not in filled:
        # A value that has the wrong type is null here too; it breaks the type rule, not this one.
        broken_type = f"list_contains(broken_types, {literal(field.inner)})"
        yield Rule(f"{column.name} missing", field, f"{value} IS NULL AND NOT {broken_type}")
    if column.min is not None:
        yield Rule(f"{column.name} under {_shown(column.min)}", field, f"{value} < {_bound(column, column.min)}")
    if column.max is not None:
        yield Rule(f"{column.name} over {_shown(column.max)}", field, f"{value} > {_bound(column, column.max)}")
    if column.pattern is not None:
        unlike = f"NOT regexp_matches(CAST({value} AS VARCHAR), {literal(column.pattern)})"
        yield Rule(f"{column.name} not like {column.pattern}", field, unlike)
    if column.allowed is not None:
        yield Rule(f"{column.name} not allowed", field, f"{value} NOT IN ({_values(column)})")
    if column.unique:
        yield _unique([field])


def _unique(key: list[Field]) -> Rule:
    columns = ", ".join(field.inner for field in key)
    whole = " AND ".join(f"{field.inner} IS NOT NULL" for field in key)
    repeated = f"row_number() OVER (PARTITION BY {columns} ORDER BY row_id) > 1"
    return Rule(f"{', '.join(field.rule.name for field in key)} repeated", key[0], f"{whole} AND {repeated}")


def _bound(column: Column, value: float | str) -> str:
    return f"TIMESTAMP {literal(str(value))}" if column.type == "date" else literal(value)


def _shown(value: float | str) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _values(column: Column) -> str:
    text = column.type not in NOUNS
    return ", ".join(literal(str(value) if text else value) for value in column.allowed or [])
