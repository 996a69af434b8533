"""What float32, in which features come and predictions go, can't tell apart."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...errors import PermanentError

Array = np.ndarray[Any, Any]
FLOAT32_SUMS = 2.0**-19  # what a sum of hundreds of float32 may lose of a large number: 16 units in the last place
MOST_LOST = 0.01
LARGEST = float(np.finfo(np.float32).max)
FEWEST_KEPT = 0.9
WHOLE_IN_FLOAT64 = 2.0**53


def spread(target: Array) -> float:
    """A target's standard deviation, in which errors are told; of a target of one value its size, or 1."""
    return float(np.std(target)) or float(np.abs(target).max()) or 1.0


def lowered(thresholds: Array) -> Array:
    """The largest float32 that is not above each threshold, as float64.

    x <= t holds for the same float32 x as x <= t' for that t'. The exporter rounds to the nearest instead, which may
    lie above, on a value that occurs: it would go to the other side.
    """
    nearest = thresholds.astype(np.float32)
    below = np.nextafter(nearest, np.float32(-np.inf))
    return np.where(nearest > thresholds, below, nearest).astype(np.float64)


def check_target(target: Array, name: str) -> None:
    """Raises PermanentError when predictions in float32 would lose more than a hundredth of the target's spread."""
    if np.abs(target).max() > LARGEST:
        raise PermanentError(
            "UnsuitableTarget",
            f"spec.training.target: {name} holds {np.abs(target).max():.4g}, beyond float32's {LARGEST:.2g}, in which "
            "predictions are served; divide it by a constant",
        )
    level, wide = float(np.median(np.abs(target))), spread(target)
    if FLOAT32_SUMS * level > MOST_LOST * wide:
        raise PermanentError(
            "UnsuitableTarget",
            f"spec.training.target: {name} lies around {level:.4g} and deviates by {wide:.2g} only, which float32, in "
            "which predictions are served, can't resolve; subtract a constant from it",
        )


def narrowed(column: pa.ChunkedArray, values: Array, name: str, positions: Array) -> tuple[Array, list[str]]:
    """A feature's values as float32, and a sentence where over a tenth of them are no longer told apart.

    values: the column's as float64; positions: the rows' numbers in the dataset. Raises PermanentError when a
    value is beyond float32.
    """
    beyond = np.flatnonzero(np.abs(values) > LARGEST)
    if len(beyond):
        raise PermanentError(
            "UnsuitableFeature",
            f"spec.training.features: {name} holds {values[beyond[0]]:.4g} (row {positions[beyond[0]]} of the dataset, "
            f"from 0), beyond float32's {LARGEST:.2g}, in which features are served; exclude it, or divide it",
        )
    short = values.astype(np.float32)
    if (short == values)[~np.isnan(values)].all() and not (np.abs(values) >= WHOLE_IN_FLOAT64).any():
        return short, []
    before, after = pc.count_distinct(column).as_py(), len(np.unique(short[~np.isnan(short)]))
    if after >= FEWEST_KEPT * before:
        return short, []
    return short, [f"{name}: its {before:,} values are {after:,} in float32, in which features are served."]
