"""Rows that are equal in some columns: one of them stays."""
# ruff: noqa: S608 - identifiers are of our own making

from collections.abc import Iterator

import duckdb

from . import casting
from .cleaning import Duplicates
from .columns import Field
from .database import one_row
from .rules import NOUNS


def drop(connection: duckdb.DuckDBPyConnection, step: Duplicates) -> int:
    """Of rows of `validated` that were equal when the step's turn came keeps the first that breaks no rule, else the
    first; returns how many went.

    Two values that can't be read as their column's type are equal when they read alike.
    """
    keys = [key for field in step.fields for key in _keys(field, trim=field.rule.name in step.trimmed)]
    named = ", ".join(f"{key} AS key_{n}" for n, key in enumerate(keys))
    kept = (
        "SELECT coalesce(min(row_id) FILTER (WHERE reasons IS NULL), min(row_id)) FROM validated "
        f"JOIN (SELECT rowid AS row_id, {named} FROM raw) USING (row_id) "
        f"GROUP BY {', '.join(f'key_{n}' for n in range(len(keys)))}"
    )
    return int(one_row(connection, f"DELETE FROM validated WHERE row_id NOT IN ({kept})")[0])


def _keys(field: Field, *, trim: bool) -> Iterator[str]:
    typed = casting.typed(field, trim=trim)
    yield typed
    if field.rule.type in NOUNS and field.source == "VARCHAR":
        yield f"CASE WHEN {typed} IS NULL THEN {casting.present(field, trim=trim)} END"
