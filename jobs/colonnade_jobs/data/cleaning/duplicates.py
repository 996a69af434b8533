"""Rows that are equal in some columns: one of them stays."""
# ruff: noqa: S608 - identifiers are of our own making

from collections.abc import Iterator

import duckdb

from ..checks.rules import NOUNS
from ..reading import casting
from ..tables.database import one_row
from . import operations
from .planning import Duplicates


def drop(connection: duckdb.DuckDBPyConnection, step: Duplicates) -> int:
    """Of rows of `validated` that were equal when the step's turn came keeps the first that breaks no rule, else the
    first; returns how many went.

    Two values that can't be read as their column's type are equal when they read alike.
    """
    values = [f"{casting.typed(field, trim=field.rule.name in step.trimmed)} AS {field.inner}" for field in step.fields]
    unread = dict(_unread(step))
    alike = [f"{text} AS {name}" for name, text in unread.items()]
    typed = operations.layered(f"SELECT rowid AS row_id, {', '.join([*values, *alike])} FROM raw", step.operations)
    keys = [*(field.inner for field in step.fields), *unread]
    renamed = ", ".join(f"{key} AS key_{key}" for key in keys)
    kept = (
        "SELECT coalesce(min(row_id) FILTER (WHERE reasons IS NULL), min(row_id)) FROM validated "
        f"JOIN (SELECT row_id, {renamed} FROM ({typed})) USING (row_id) "
        f"GROUP BY {', '.join(f'key_{key}' for key in keys)}"
    )
    return int(one_row(connection, f"DELETE FROM validated WHERE row_id NOT IN ({kept})")[0])


def _unread(step: Duplicates) -> Iterator[tuple[str, str]]:
    """By a name, the SQL of what stands where a value can't be read as its column's type."""
    for field in step.fields:
        if field.rule.type in NOUNS and field.source == "VARCHAR":
            trim = field.rule.name in step.trimmed
            typed = casting.typed(field, trim=trim)
            yield f"unread_{field.inner}", f"CASE WHEN {typed} IS NULL THEN {casting.present(field, trim=trim)} END"
