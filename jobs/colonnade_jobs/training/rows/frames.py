"""A dataset version in memory: the features as the model's inputs take them, and the target."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...errors import PermanentError
from ..export import float32
from ..learning.features import Feature

Array = np.ndarray[Any, Any]
MOST_CLASSES = 1000


@dataclass(frozen=True)
class Frame:
    """Rows whose target is known.

    inputs: an array (rows,) by feature name; positions: where the rows stand in the dataset, from 0; dropped: how many
    lack a target; notes: sentences on what the inputs lose.
    """

    features: list[Feature]
    inputs: dict[str, Array]
    target: Array
    positions: Array
    dropped: int
    notes: tuple[str, ...] = ()

    def table(self, rows: Array | slice = slice(None)) -> pd.DataFrame:
        """The rows as scikit-learn gets them; columns are c0, c1, … in the features' order."""
        columns = {
            inner_name(n): pd.Series(self.inputs[f.name][rows], dtype=dtype(f)) for n, f in enumerate(self.features)
        }
        return pd.DataFrame(columns)

    def tensors(self, rows: Array | slice) -> dict[str, Array]:
        """The rows as the served model gets them: an array (rows, 1) by input name."""
        return {feature.name: self.inputs[feature.name][rows].reshape(-1, 1) for feature in self.features}


def inner_name(index: int) -> str:
    """What a feature is called inside of the pipeline, whatever its column is called."""
    return f"c{index}"


def dtype(feature: Feature) -> Any:
    """numpy's type of a feature's values."""
    return {"number": np.dtype("float32"), "date": np.dtype("float64")}.get(feature.kind, np.dtype(object))


def read(
    path: Path, features: list[Feature], target: str, task: str, beside: Sequence[str] = ()
) -> tuple[Frame, dict[str, Array]]:
    """The frame, and for its rows the values of the columns beside (what the split goes by).

    Raises PermanentError when the target doesn't fit the task.
    """
    wanted = list(dict.fromkeys([*(f.name for f in features), target, *beside]))
    table = pq.read_table(path, columns=wanted)
    known = pc.is_valid(table[target])
    kept = table.filter(known)
    if kept.num_rows < 2:
        raise PermanentError("TooFewRows", f"only {kept.num_rows} rows have a {target}; at least 2 are needed")
    positions = np.flatnonzero(known.to_numpy())
    inputs, notes = _inputs(kept, features, positions)
    labels: Array = _classes(kept[target], target) if task == "Classification" else _numbers(kept[target], target)
    frame = Frame(features, inputs, labels, positions, table.num_rows - kept.num_rows, notes)
    return frame, {name: _sortable(kept[name]) for name in beside}


def _inputs(table: pa.Table, features: list[Feature], positions: Array) -> tuple[dict[str, Array], tuple[str, ...]]:
    inputs: dict[str, Array] = {}
    notes: list[str] = []
    for feature in features:
        column = table[feature.name]
        if feature.kind == "number":
            inputs[feature.name], lost = float32.narrowed(column, _floats(column), feature.name, positions)
            notes += lost
        else:
            inputs[feature.name] = _seconds(column) if feature.kind == "date" else _texts(column)
    return inputs, tuple(notes)


def _floats(column: pa.ChunkedArray) -> Array:
    # Not safe: an integer over 2^53 is rounded to the nearest double.
    return np.asarray(pc.fill_null(column.cast(pa.float64(), safe=False), np.nan).to_numpy())


def _texts(column: pa.ChunkedArray) -> Array:
    return np.asarray(pc.fill_null(column.cast(pa.string()), "").to_numpy(), dtype=object)


def _seconds(column: pa.ChunkedArray) -> Array:
    micros = column.cast(pa.timestamp("us")).cast(pa.int64())
    return _floats(micros) / 1e6


def _classes(column: pa.ChunkedArray, target: str) -> Array:
    if pa.types.is_timestamp(column.type):
        raise PermanentError("UnsuitableTarget", f"spec.training.target: {target} is a date; a date is no class")
    if pa.types.is_string(column.type):
        labels = _texts(column)
    elif pa.types.is_integer(column.type):
        labels = column.to_numpy().astype(np.int64)
    else:
        values = _floats(column)
        if not np.array_equal(values, np.floor(values)):
            raise PermanentError(
                "UnsuitableTarget", f"spec.training.task: {target} holds fractions; use task: Regression"
            )
        labels = values.astype(np.int64)
    found = len(pd.unique(labels))
    if found < 2:
        raise PermanentError(
            "UnsuitableTarget", f"spec.training.target: {target} has one value only; there is nothing to learn"
        )
    if found > MOST_CLASSES:
        hint = "" if labels.dtype == object else "; use task: Regression"
        raise PermanentError(
            "UnsuitableTarget", f"spec.training.target: {target} has {found:,} classes (limit {MOST_CLASSES:,}){hint}"
        )
    return labels


def _numbers(column: pa.ChunkedArray, target: str) -> Array:
    if pa.types.is_string(column.type) or pa.types.is_timestamp(column.type):
        raise PermanentError(
            "UnsuitableTarget", f"spec.training.target: {target} is no number; use task: Classification"
        )
    return _floats(column)


def _sortable(column: pa.ChunkedArray) -> Array:
    if pa.types.is_timestamp(column.type):
        return _seconds(column)
    if pa.types.is_string(column.type):
        return _texts(column)
    if pa.types.is_integer(column.type) and not column.null_count:
        return np.asarray(column.to_numpy())
    return _floats(column)
