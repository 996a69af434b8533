"""What a database's columns become: as they are, as text, or refused by name; nothing is lost in silence."""

from datetime import date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from ....errors import PermanentError
from ...tables.sql import literal
from .errors import STATEMENT

DIGITS = 15
"""Decimal digits that a double gives back as they were."""
LOSSY = {"money": "numeric", "oid": "bigint"}
FIRST, LAST = date(1, 1, 1), date(9999, 12, 31)


def expressions(schema: pa.Schema) -> list[str]:
    """For each column c0, c1, …, what is kept of it. Raises PermanentError, naming a column that can't be kept."""
    return [_expression(f"c{n}", field) for n, field in enumerate(schema)]


def stored(schema: pa.Schema) -> pa.Schema:
    """The columns under inner names, with the types that lie below extensions."""
    return pa.schema([(f"c{n}", _below(field.type)) for n, field in enumerate(schema)])


def plain(batch: pa.RecordBatch, names: list[str], schema: pa.Schema) -> pa.RecordBatch:
    """A batch of such columns. Raises PermanentError for a date that is none: infinity, or a year beyond 9999."""
    columns = [_storage(column) for column in batch.columns]
    for name, column in zip(names, columns, strict=True):
        _check_dates(name, column)
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _expression(inner: str, field: pa.Field) -> str:
    kind = (field.metadata or {}).get(b"POSTGRESQL:type", b"").decode() or str(field.type)
    if kind == "numeric":
        return _exact(inner, field.name)
    below = _below(field.type)
    if kind in LOSSY:
        raise _refused(field.name, kind, f"{field.name}::{LOSSY[kind]}")
    if pa.types.is_nested(below) or pa.types.is_interval(below):
        raise _refused(field.name, kind, f"{field.name}::text")
    if pa.types.is_binary(below) or pa.types.is_large_binary(below) or pa.types.is_fixed_size_binary(below):
        if kind == "uuid":
            return f"CAST({inner} AS VARCHAR) AS {inner}"
        as_hex = {"bytea": f"encode({field.name}, 'hex')", "binary": f"hex({field.name})"}
        cast = as_hex.get(kind, f"{field.name}::text")
        raise _refused(field.name, kind, cast)
    if pa.types.is_time(below) or pa.types.is_null(below):
        return f"CAST({inner} AS VARCHAR) AS {inner}"
    return inner


def _exact(inner: str, name: str) -> str:
    """A numeric as a number, where it has no more digits than a number keeps; zeros at its ends are none of them."""
    digits = f"length(trim(regexp_replace({inner}, '[^0-9]', '', 'g'), '0'))"
    problem = literal(
        f"column {name} holds a numeric of more than {DIGITS} digits: cast it to double precision or text"
    )
    return f"CASE WHEN {digits} > {DIGITS} THEN error({problem}) ELSE CAST({inner} AS DOUBLE) END AS {inner}"


def _refused(name: str, kind: str, instead: str) -> PermanentError:
    shown = f"{kind[1:]}[]" if kind.startswith("_") else kind
    return PermanentError(
        "InvalidQuery", f"{STATEMENT}: column {name} is of type {shown}, which no version can hold; write {instead}"
    )


def _below(kind: pa.DataType) -> pa.DataType:
    return pa.string() if _is_uuid(kind) else kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def _is_uuid(kind: pa.DataType) -> bool:
    return isinstance(kind, pa.UuidType)


def _storage(column: pa.Array) -> pa.Array:
    if _is_uuid(column.type):
        return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())
    return column.storage if isinstance(column.type, pa.BaseExtensionType) else column


def _check_dates(name: str, column: pa.Array) -> None:
    if pa.types.is_date32(column.type):
        low, high = (FIRST - date(1970, 1, 1)).days, (LAST - date(1970, 1, 1)).days
        numbers = column.cast(pa.int32())
    elif pa.types.is_timestamp(column.type) and column.type.unit == "us":
        epoch = datetime(1970, 1, 1)
        low, high = (int((datetime(year, 1, 1) - epoch).total_seconds()) * 10**6 for year in (1, 9999))
        numbers = pa.Array.from_buffers(pa.int64(), len(column), column.buffers(), offset=column.offset)
    else:
        return
    bounds = pc.min_max(numbers).as_py()
    if bounds["min"] is not None and (bounds["min"] < low or bounds["max"] > high):
        raise PermanentError(
            "InvalidQuery",
            f"{STATEMENT}: column {name} holds infinity or a year that isn't 1 to 9998; write "
            f"CASE WHEN isfinite({name}) THEN {name} END, or leave such rows out",
        )
