"""A stored table as the libraries of notebooks read it, and nothing changed on the way."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from colonnade_api.spelling import did_you_mean
from colonnade_client import libraries
from colonnade_client.errors import UnsuitableData

if TYPE_CHECKING:
    import duckdb as duckdb_library
    import pandas as pandas_library
    import polars as polars_library

WHOLE_LIMIT = 2**53
"""Up to here every whole number is a float64, which pandas makes of whole numbers where some are missing."""


def arrow(path: Path, columns: Sequence[str] | None) -> pa.Table:
    return pq.read_table(path, columns=_known(path, columns))


def pandas(path: Path, columns: Sequence[str] | None, backend: Any) -> "pandas_library.DataFrame":
    library = libraries.pandas()
    chosen = _known(path, columns)
    if backend is None:
        _must_survive_floats(path, chosen)
    settings = {} if backend is None else {"dtype_backend": backend}
    frame: pandas_library.DataFrame = library.read_parquet(path, engine="pyarrow", columns=chosen, **settings)
    return frame


def polars(path: Path, columns: Sequence[str] | None) -> "polars_library.DataFrame":
    library = libraries.load("polars")
    frame: polars_library.DataFrame = library.read_parquet(path, columns=_known(path, columns))
    return frame


def duckdb(path: Path, connection: "duckdb_library.DuckDBPyConnection | None") -> "duckdb_library.DuckDBPyRelation":
    library = libraries.load("duckdb")
    relation: duckdb_library.DuckDBPyRelation = (connection or library.connect()).read_parquet(str(path))
    return relation


def _known(path: Path, columns: Sequence[str] | None) -> list[str] | None:
    if columns is None:
        return None
    if isinstance(columns, str):
        raise UnsuitableData(f'columns takes a list of names: columns=["{columns}"]')
    names = pq.read_schema(path).names
    for column in columns:
        if column not in names:
            raise UnsuitableData(f"the table has no column {column}{did_you_mean(column, names)}")
    return list(columns)


def _must_survive_floats(path: Path, columns: list[str] | None) -> None:
    file = pq.ParquetFile(path)
    whole = [
        field.name
        for field in file.schema_arrow
        if pa.types.is_integer(field.type) and (columns is None or field.name in columns)
    ]
    for name in whole:
        column = file.read(columns=[name]).column(0)
        if not column.null_count or column.null_count == len(column):
            continue
        bounds = pc.min_max(column).as_py()
        if max(abs(bounds["min"]), abs(bounds["max"])) > WHOLE_LIMIT:
            raise UnsuitableData(
                f"{name} lacks values and holds whole numbers over 2^53, which pandas' floats would change: "
                'to_pandas(dtype_backend="pyarrow") or to_arrow() keep them'
            )
