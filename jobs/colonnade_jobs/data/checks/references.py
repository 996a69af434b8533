"""Foreign keys: rows whose values don't occur in another Dataset's version."""
# ruff: noqa: S608 - identifiers are quoted, paths go through literal()

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from colonnade_api.datasets.expectations import Reference
from colonnade_serving.store import Store

from ...errors import PermanentError
from ...formatting import did_you_mean
from ..columns import Field
from ..reading.casting import STORED
from ..tables.sql import identifier, literal
from ..versions import stored

KINDS = {"DOUBLE": "number", "BIGINT": "number", "BOOLEAN": "boolean", "TIMESTAMP": "date", "VARCHAR": "text"}


def fetch(references: Iterable[Reference], told: Mapping[str, str], store: Store, folder: Path) -> dict[str, Path]:
    """By name, the table of the version of each Dataset that is referenced, proven, in folder.

    Raises PermanentError, TransientError.
    """
    tables = {}
    for name in dict.fromkeys(reference.dataset for reference in references):
        if name not in told:
            raise PermanentError("DatasetNotFound", f"spec.validation.references: no version of {name} was named")
        tables[name] = stored.fetch(name, told[name], store, folder)[1]
    return tables


def dangling(
    connection: duckdb.DuckDBPyConnection, reference: Reference, fields: Sequence[Field], table: Path, place: str
) -> str:
    """SQL: the condition by which a row of `validated` refers to nothing. Where one of its values is missing, it refers
    to nothing that could be missed (SQL's MATCH SIMPLE).

    Raises PermanentError where the other table has no such column, or one of another type.
    """
    source = f"read_parquet({literal(str(table))})"
    types = {row[0]: str(row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    pairs = []
    for field, other in zip(fields, reference.referenced, strict=True):
        if other not in types:
            raise PermanentError(
                "SchemaMismatch",
                f"{place}.referenced: {reference.dataset} has no column {other}{did_you_mean(other, types)}",
            )
        pairs.append((field.inner, _stored(field), identifier(other), types[other]))
        _check_types(field, other, types[other], reference.dataset, place)
    present = " AND ".join(f"{inner} IS NOT NULL" for inner, *_ in pairs)
    keys = ", ".join(f"{_exact(inner, kind, other)} AS k{n}" for n, (inner, kind, _, other) in enumerate(pairs))
    others = ", ".join(f"{_exact(name, kind, own)} AS k{n}" for n, (_, own, name, kind) in enumerate(pairs))
    on = " AND ".join(f"own.k{n} = other.k{n}" for n in range(len(pairs)))
    return (
        f"row_id IN (SELECT own.row_id FROM (SELECT row_id, {keys} FROM validated WHERE {present}) AS own "
        f"ANTI JOIN (SELECT {others} FROM {source}) AS other ON {on})"
    )


def _stored(field: Field) -> str:
    return STORED.get(field.rule.type, "VARCHAR")


def _check_types(field: Field, other: str, other_type: str, dataset: str, place: str) -> None:
    own, referenced = KINDS[_stored(field)], KINDS.get(other_type, other_type)
    if own != referenced:
        raise PermanentError(
            "SchemaMismatch",
            f"{place}: {field.rule.name} is a {own} and {other} of {dataset} a {referenced}, and '01' is not the "
            "number 1; declare both alike in their schemas",
        )


def _exact(value: str, kind: str, against: str) -> str:
    """A fraction beside whole numbers: as the whole number that it is, else null, which equals none. Cast the other
    way, two whole numbers over 2^53 could be one."""
    if (kind, against) != ("DOUBLE", "BIGINT"):
        return value
    whole = f"TRY_CAST({value} AS BIGINT)"
    return f"CASE WHEN CAST({whole} AS DOUBLE) = {value} THEN {whole} END"
