"""Golden inputs: the engine must still compute what it computed when the bundle was made."""

from collections.abc import Callable, Mapping

import numpy as np

from .format import Golden, Tensor

Infer = Callable[[Mapping[str, np.ndarray]], dict[str, np.ndarray]]


class GoldenMismatch(Exception):
    """An output differs from its golden one by more than the tolerance; the message names it, on one line."""


def replay(golden: Golden, infer: Infer) -> float:
    """Computes the golden inputs and returns the worst difference found, relative above 1. Raises GoldenMismatch."""
    found = infer({tensor.name: tensor.array() for tensor in golden.inputs})
    return max((_compare(tensor, found, golden.tolerance) for tensor in golden.outputs), default=0.0)


def difference(expected: np.ndarray, found: np.ndarray, least: float | np.ndarray = 1.0) -> float:
    """The worst element's |found - expected| / max(least, |expected|); NaN equals NaN. Shapes must be equal.

    least: one for all, or of the shape of their rows.
    """
    same = (expected == found) | (np.isnan(expected) & np.isnan(found))
    with np.errstate(invalid="ignore"):
        apart = np.abs(found - expected) / np.maximum(least, np.abs(expected))
    return float(np.where(same, 0.0, np.where(np.isnan(apart), np.inf, apart)).max(initial=0.0))


def _compare(golden: Tensor, outputs: Mapping[str, np.ndarray], tolerance: float) -> float:
    expected = golden.array()
    found = outputs.get(golden.name)
    if found is None:
        raise GoldenMismatch(f"golden output {golden.name}: the model has no such output")
    if found.shape != expected.shape:
        raise GoldenMismatch(f"golden output {golden.name}: shape {list(found.shape)}, expected {list(expected.shape)}")
    if expected.dtype.kind != "f":
        wrong = int((expected != found).sum())
        if wrong:
            raise GoldenMismatch(f"golden output {golden.name}: {wrong} of {expected.size} values differ")
        return 0.0
    worst = difference(expected.astype(np.float64), found.astype(np.float64))
    if worst > tolerance:
        raise GoldenMismatch(f"golden output {golden.name} is off by {worst:.2g} (limit {tolerance:.2g})")
    return worst
