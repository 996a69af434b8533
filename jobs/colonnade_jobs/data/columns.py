"""What a column is: its declared type, or the one that the source shows."""
# ruff: noqa: S608 - identifiers go through name(), values through literal()

from typing import Any

import duckdb

from ..documents import Column, ColumnType, Schema
from ..refusals import Refusal
from ..suggestions import did_you_mean
from .tables import name, types

INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
NUMBERS = {"FLOAT", "DOUBLE", "HUGEINT", "UHUGEINT", "UBIGINT"}
CATEGORY_LIMIT = 1000
TEXT_WORDS = 3.0
TEXT_DISTINCT_SHARE = 0.2


def resolve(connection: duckdb.DuckDBPyConnection, schema: Schema) -> list[Column]:
    """One column for each of the table `raw`, in its order: as declared, or inferred.

    Raises Refusal when the schema names a column that the source lacks.
    """
    found = types(connection, "raw")
    declared = {column.name: column for column in schema.columns}
    for wanted in [*declared, *schema.unique_key]:
        if wanted not in found:
            raise Refusal(
                "SchemaMismatch", f"spec.schema: the source has no column {wanted}{did_you_mean(wanted, found)}"
            )
    return [
        declared.get(column) or Column(name=column, type=_infer(connection, column, found[column]), nullable=True)
        for column in found
    ]


def describe(columns: list[Column], schema: Schema) -> dict[str, Any]:
    """The schema as a version records it: every column with its rules, and the unique key."""
    fields = [column.model_dump(mode="json", by_alias=True, exclude_defaults=True) for column in columns]
    return {"columns": fields, "uniqueKey": schema.unique_key}


def _infer(connection: duckdb.DuckDBPyConnection, column: str, sql_type: str) -> ColumnType:
    if sql_type in INTEGERS:
        return "integer"
    if sql_type in NUMBERS or sql_type.startswith("DECIMAL"):
        return "number"
    if sql_type == "BOOLEAN":
        return "boolean"
    if sql_type == "DATE" or sql_type.startswith("TIMESTAMP"):
        return "date"
    return _string_kind(connection, column)


def _string_kind(connection: duckdb.DuckDBPyConnection, column: str) -> ColumnType:
    value = f"CAST({name(column)} AS VARCHAR)"
    row = connection.execute(
        f"SELECT count({value}), count(DISTINCT {value}), avg(length(regexp_replace({value}, '\\S+', 'w', 'g'))) "
        f"FROM raw"
    ).fetchone()
    present, distinct, doubled_words = row or (0, 0, None)
    words = ((doubled_words or 1) + 1) / 2  # `w w w`: as many letters as words, and a space between each two
    if words >= TEXT_WORDS and distinct > TEXT_DISTINCT_SHARE * present:
        return "text"
    return "category" if distinct <= CATEGORY_LIMIT else "string"
