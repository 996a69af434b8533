"""The schema's demands as SQL predicates. Each rule looks at one thing; its label says what it objects to."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..documents import Column, Schema
from .tables import literal, name

NOUNS = {"number": "number", "integer": "whole number", "boolean": "boolean", "date": "date"}


@dataclass(frozen=True)
class Rule:
    """One demand. label: for people; column: whose values are the examples; broken: SQL, true where a row breaks it."""

    label: str
    column: str
    broken: str


def of_schema(columns: list[Column], schema: Schema, filled: set[str]) -> list[Rule]:
    """All rules but the type rule, over the table `typed`. filled: columns whose missing values cleaning mends."""
    rules = [rule for column in columns for rule in _of_column(column, filled)]
    if schema.unique_key:
        rules.append(_unique(schema.unique_key))
    return rules


def type_rule(column: Column, present: str, typed: str) -> Rule | None:
    """The demand that a value has its declared type, over the table `raw`; strings take anything."""
    if column.type not in NOUNS:
        return None
    return Rule(f"{column.name} not a {NOUNS[column.type]}", column.name, f"{present} IS NOT NULL AND {typed} IS NULL")


def _of_column(column: Column, filled: set[str]) -> Iterator[Rule]:
    value = name(column.name)
    if not column.nullable and column.name not in filled:
        # A value that has the wrong type is null here too; it breaks the type rule, not this one.
        yield Rule(
            f"{column.name} missing",
            column.name,
            f"{value} IS NULL AND NOT list_contains(broken_types, {literal(column.name)})",
        )
    if column.min is not None:
        yield Rule(f"{column.name} under {_shown(column.min)}", column.name, f"{value} < {_bound(column, column.min)}")
    if column.max is not None:
        yield Rule(f"{column.name} over {_shown(column.max)}", column.name, f"{value} > {_bound(column, column.max)}")
    if column.pattern is not None:
        yield Rule(
            f"{column.name} not like {column.pattern}",
            column.name,
            f"NOT regexp_matches(CAST({value} AS VARCHAR), {literal(column.pattern)})",
        )
    if column.allowed is not None:
        yield Rule(f"{column.name} not allowed", column.name, f"{value} NOT IN ({_values(column)})")
    if column.unique:
        yield _unique([column.name])


def _unique(key: list[str]) -> Rule:
    columns = ", ".join(name(column) for column in key)
    whole = " AND ".join(f"{name(column)} IS NOT NULL" for column in key)
    repeated = f"row_number() OVER (PARTITION BY {columns} ORDER BY row_id) > 1"
    return Rule(f"{', '.join(key)} repeated", key[0], f"{whole} AND {repeated}")


def _bound(column: Column, value: float | str) -> str:
    return f"TIMESTAMP {literal(str(value))}" if column.type == "date" else literal(value)


def _shown(value: float | str) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _values(column: Column) -> str:
    text = column.type not in NOUNS
    return ", ".join(literal(str(value) if text else value) for value in column.allowed or [])
