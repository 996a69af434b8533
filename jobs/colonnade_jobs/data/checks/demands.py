"""The rules of a spec that go across columns and tables, as rules beside those of the schema."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from colonnade_api.datasets.dataset import Validation
from colonnade_api.datasets.expectations import Outliers, Reference

from ...errors import PermanentError
from ...formatting import did_you_mean
from ..columns import Field
from . import expressions, references
from .rules import Rule

NUMERIC = ("number", "integer")


def of_spec(
    connection: duckdb.DuckDBPyConnection, fields: Sequence[Field], spec: Validation, upstream: Mapping[str, Path]
) -> list[Rule]:
    """In the spec's order: rules, references, outliers by column. upstream: the tables that are referenced.

    Raises PermanentError when one names a column that isn't there, or that it doesn't fit.
    """
    columns = {field.rule.name: field for field in fields}
    found = []
    for n, rule in enumerate(spec.row_rules or ()):
        place = f"spec.validation.rules[{n}]"
        demand = expressions.demand(connection, rule.expression, columns, f"{place}.expression")
        if not demand.fields:
            raise PermanentError("InvalidSpec", f"{place}.expression: {rule.expression!r} speaks of no column")
        found.append(
            Rule(
                rule.name, demand.fields, f"NOT {demand.sql}", warns=rule.action == "Warn", place=f"{place} {rule.name}"
            )
        )
    found += [
        _reference(connection, reference, columns, upstream, f"spec.validation.references[{n}]")
        for n, reference in enumerate(spec.references or ())
    ]
    for n, outliers in enumerate(spec.outliers or ()):
        found += _outliers(outliers, columns, f"spec.validation.outliers[{n}]")
    return found


def named(column: str, columns: Mapping[str, Field], place: str) -> Field:
    """The field of a column that the spec names. Raises PermanentError where there is none."""
    if column not in columns:
        raise PermanentError(
            "SchemaMismatch", f"{place}: the source has no column {column}{did_you_mean(column, columns)}"
        )
    return columns[column]


def _reference(
    connection: duckdb.DuckDBPyConnection,
    reference: Reference,
    columns: Mapping[str, Field],
    upstream: Mapping[str, Path],
    place: str,
) -> Rule:
    fields = tuple(named(column, columns, f"{place}.columns") for column in reference.columns)
    broken = references.dangling(connection, reference, fields, upstream[reference.dataset], place)
    label = f"{', '.join(reference.columns)} not in {reference.dataset}"
    return Rule(label, fields, elsewhere=broken, warns=reference.action == "Warn", place=place)


def _outliers(outliers: Outliers, columns: Mapping[str, Field], place: str) -> list[Rule]:
    fields = [named(column, columns, f"{place}.columns") for column in outliers.columns]
    for field in fields:
        if field.rule.type not in NUMERIC:
            raise PermanentError(
                "SchemaMismatch", f"{place}.columns: {field.rule.name} is a {field.rule.type}; outliers are numbers"
            )
    return [
        Rule(
            f"{field.rule.name} an outlier ({outliers.method})",
            (field,),
            outliers=outliers,
            warns=outliers.action == "Warn",
            place=place,
        )
        for field in fields
    ]
