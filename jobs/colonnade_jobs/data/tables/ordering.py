"""The source's order, kept without a sort wherever the table lies in it already: a sort holds all rows once more."""
# ruff: noqa: S608 - identifiers are of our own making

import duckdb

from ..columns import Field
from .database import one_row


def valid_rows(connection: duckdb.DuckDBPyConnection, fields: list[Field]) -> str:
    """The query of the valid rows of `validated`, in the order in which the source has them."""
    values = ", ".join(field.inner for field in fields)
    query = f"SELECT {values} FROM validated WHERE reasons IS NULL"
    return query if _is_in_order(connection) else f"{query} ORDER BY row_id"


def _is_in_order(connection: duckdb.DuckDBPyConnection) -> bool:
    numbered = "SELECT row_id, lag(row_id) OVER () AS before FROM validated WHERE reasons IS NULL"
    return bool(one_row(connection, f"SELECT coalesce(bool_and(row_id > before), true) FROM ({numbered})")[0])
