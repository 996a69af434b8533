"""The schema's demands as SQL predicates. Each rule looks at one thing; its label says what it objects to."""

from collections.abc import Iterator
from dataclasses import dataclass

from colonnade_api.datasets.columns import ColumnRule, Table
from colonnade_api.datasets.expectations import Outliers

from ... import formatting
from ..columns import Field
from ..tables.sql import literal

COMPARED_VALUES = 20
NOUNS = {"number": "number", "integer": "whole number", "boolean": "boolean", "date": "date"}


@dataclass(frozen=True)
class Rule:
    """One demand. label: for people; fields: whose values are the examples.

    broken: SQL over a row's typed values, true where it breaks the rule. What can't be told from one row has no broken:
    key, for the demand that no two rows are alike, the fields that they are told apart by; elsewhere, SQL of the
    condition by which rows of `validated` break it; outliers, which values of the column are too far from the others.
    warns: whether rows that break it stay. place: where it stands in the spec.
    """

    label: str
    fields: tuple[Field, ...]
    broken: str = ""
    key: tuple[Field, ...] = ()
    elsewhere: str = ""
    outliers: Outliers | None = None
    warns: bool = False
    place: str = "spec.schema"

    @property
    def field(self) -> Field:
        """The first of the fields."""
        return self.fields[0]


def of_schema(fields: list[Field], schema: Table, filled: set[str]) -> list[Rule]:
    """All rules, in the order in which a row's reasons name them.

    filled: columns whose missing values cleaning mends.
    """
    declared = {column.name for column in schema.columns}
    # An infinity in a column that isn't declared is just missing.
    rules = [rule for field in fields if field.rule.name in declared for rule in _of_type(field)]
    rules += [rule for field in fields for rule in _of_column(field, filled)]
    if schema.unique_key:
        by_name = {field.rule.name: field for field in fields}
        rules.append(_unique(*(by_name[column] for column in schema.unique_key)))
    return rules


def is_mistyped(field: Field) -> str:
    """The name of the flag, beside a row's typed values, that a value is there and not of its declared type."""
    return f"mistyped_{field.inner}"


def mistyped(typed: str, is_present: str) -> str:
    """The SQL of that flag. typed: SQL of the value in its type; is_present: whether the source has one."""
    # Most values have their type: only of the others it is asked whether they are there.
    return f"CASE WHEN {typed} IS NULL THEN {is_present} ELSE false END"


def _of_type(field: Field) -> Iterator[Rule]:
    if noun := NOUNS.get(field.rule.type):
        yield Rule(f"{field.rule.name} not a {noun}", (field,), is_mistyped(field))


def _of_column(field: Field, filled: set[str]) -> Iterator[Rule]:
    column, value = field.rule, field.inner
    if not column.nullable and column.name not in filled:
        # A value that has the wrong type is null here too; it breaks the type rule, not this one.
        mistyped_too = f" AND NOT {is_mistyped(field)}" if column.type in NOUNS else ""
        yield Rule(f"{column.name} missing", (field,), f"{value} IS NULL{mistyped_too}")
    if column.min is not None:
        yield Rule(
            f"{column.name} under {formatting.number(column.min)}", (field,), f"{value} < {_bound(column, column.min)}"
        )
    if column.max is not None:
        yield Rule(
            f"{column.name} over {formatting.number(column.max)}", (field,), f"{value} > {_bound(column, column.max)}"
        )
    if column.earliest is not None:
        yield Rule(
            f"{column.name} before {column.earliest}", (field,), f"{value} < TIMESTAMP {literal(column.earliest)}"
        )
    if column.latest is not None:
        yield Rule(f"{column.name} after {column.latest}", (field,), f"{value} > TIMESTAMP {literal(column.latest)}")
    if column.pattern is not None:
        unlike = f"NOT regexp_matches(CAST({value} AS VARCHAR), {literal(column.pattern)})"
        yield Rule(f"{column.name} not like {column.pattern}", (field,), unlike)
    if column.allowed is not None:
        yield Rule(f"{column.name} not allowed", (field,), _is_none_of(value, _values(column)))
    if column.unique:
        yield _unique(field)


def _unique(*key: Field) -> Rule:
    return Rule(f"{', '.join(field.rule.name for field in key)} repeated", key[:1], key=key)


def _bound(column: ColumnRule, value: float) -> str:
    if column.type == "integer" and value.is_integer():
        return str(int(value))  # as a double, it couldn't be told from its neighbours over 2^53
    return f"CAST({literal(str(value))} AS DOUBLE)"


def _values(column: ColumnRule) -> list[str]:
    text = column.type not in NOUNS
    return [literal(str(value) if text else value) for value in column.allowed or []]


def _is_none_of(value: str, allowed: list[str]) -> str:
    """IN becomes a join, which moves rows, so that they would have to be sorted; of many values it is quicker still."""
    if len(allowed) > COMPARED_VALUES:
        return f"{value} NOT IN ({', '.join(allowed)})"
    return " AND ".join(f"{value} <> {one}" for one in allowed)
