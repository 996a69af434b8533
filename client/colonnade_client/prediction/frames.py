"""Rows as people have them, column by column."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from colonnade_api.spelling import did_you_mean
from colonnade_client import libraries
from colonnade_client.errors import UnsuitableData

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Rows:
    """index: of the DataFrame that the rows came in, for the answer's."""

    columns: dict[str, pa.Array]
    count: int
    index: "pd.Index[Any] | None"


def taken(given: Any, wanted: Iterable[str]) -> Rows:
    """The columns that are wanted, by name.

    Raises UnsuitableData for one that is missing, twice there, or of mixed types.
    """
    pandas = libraries.pandas()
    if isinstance(given, Mapping):
        given = pandas.DataFrame(given)
    if isinstance(given, pandas.DataFrame):
        _must_be_there([str(name) for name in given.columns], wanted)
        named = {str(name): given[name] for name in given.columns}
        return Rows({name: _of_pandas(name, named[name]) for name in wanted}, len(given), given.index)
    table = given if isinstance(given, pa.Table) else _of_polars(given)
    _must_be_there(table.column_names, wanted)
    return Rows({name: _whole(table.column(name)) for name in wanted}, table.num_rows, None)


def _of_pandas(name: str, values: Any) -> pa.Array:
    try:
        return _whole(pa.Array.from_pandas(values))
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        said = str(error).partition("\n")[0]
        raise UnsuitableData(f"{name}: the column holds values of several types: {said}") from None


def _of_polars(given: Any) -> pa.Table:
    table = given.to_arrow() if hasattr(given, "to_arrow") and hasattr(given, "columns") else None
    if isinstance(table, pa.Table):
        return table
    raise UnsuitableData(
        f"rows: {type(given).__name__} has no columns with names; give a DataFrame, an Arrow table, or "
        "a dictionary of columns"
    )


def _whole(values: Any) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _must_be_there(names: list[str], wanted: Iterable[str]) -> None:
    for name in wanted:
        if names.count(name) > 1:
            raise UnsuitableData(f"the rows have {names.count(name)} columns of the name {name}")
    missing = [name for name in wanted if name not in names]
    if not missing:
        return
    said = ", ".join(f"{name}{did_you_mean(name, names) if names else ''}" for name in missing[:3])
    more = f", and {len(missing) - 3} more" if len(missing) > 3 else ""
    raise UnsuitableData(f"the rows lack what the model takes: {said}{more}")
