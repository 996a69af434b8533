"""A statement's result as columns that a version can hold."""

import duckdb

from ..tables.sql import literal
from .statement import refusal

WHOLE = {"HUGEINT", "UHUGEINT"}
AS_TEXT = {"UUID", "ENUM", "INTERVAL", "BIT", "JSON", "TIME", "TIME WITH TIME ZONE", "NULL", '"NULL"', "BIGNUM"}
NESTED = ("STRUCT", "MAP", "UNION")


def columns(relation: duckdb.DuckDBPyRelation) -> list[str]:
    """For each column c0, c1, …, the expression by which it is kept without loss.

    Raises PermanentError (InvalidQuery), naming a column that no version can hold.
    """
    kinds = zip(relation.columns, map(str, relation.types), strict=True)
    return [_expression(f"c{n}", name, kind) for n, (name, kind) in enumerate(kinds)]


def _expression(inner: str, name: str, kind: str) -> str:
    if kind.endswith("]") or kind.startswith(NESTED):
        raise refusal(
            f"column {name} is a {kind.partition('(')[0]}, and a column holds one value a row; unnest it, or CAST"
        )
    if kind == "BLOB":
        raise refusal(f"column {name} is a BLOB, which no version can hold; leave it out, or hex({name})")
    if kind in WHOLE:
        too_large = literal(f"column {name} holds a whole number beyond 64 bits; CAST it AS DOUBLE")
        fits = f"{inner} BETWEEN -9223372036854775808 AND 9223372036854775807"
        return (
            f"CASE WHEN {inner} IS NULL OR {fits} THEN CAST({inner} AS BIGINT) ELSE error({too_large}) END AS {inner}"
        )
    if kind in AS_TEXT or kind.startswith("ENUM"):
        return f"CAST({inner} AS VARCHAR) AS {inner}"
    return inner
