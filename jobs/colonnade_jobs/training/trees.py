"""The trees within a fitted estimator: how many nodes they have, and thresholds that float32 can hold."""

from collections.abc import Iterator
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
OURS = ("sklearn.", "colonnade_jobs.")


def nodes(estimator: object) -> int:
    """How many nodes all of its trees have."""
    return sum(len(thresholds) for thresholds in _thresholds(estimator, set()))


def lower_thresholds(estimator: object) -> None:
    """Brings each threshold down to the float32 below it: no answer to float32 features changes, here or when served.

    x <= t holds for the same float32 x as x <= t' when t' is the largest float32 that is not above t. The exporter
    rounds to the nearest instead, which may lie above, on a value that occurs: it would go to the other side.
    """
    for thresholds in _thresholds(estimator, set()):
        nearest = thresholds.astype(np.float32)
        below = np.nextafter(nearest, np.float32(-np.inf))
        thresholds[:] = np.where(nearest > thresholds, below, nearest)


def _thresholds(part: object, seen: set[int]) -> Iterator[Array]:
    if id(part) in seen:
        return
    seen.add(id(part))
    if isinstance(part, dict):
        yield from _of_all(part.values(), seen)
    elif isinstance(part, list | tuple) or (isinstance(part, np.ndarray) and part.dtype == object):
        yield from _of_all(part, seen)
    elif type(part).__module__.startswith(OURS):
        yield from _of_one(part, seen)


def _of_all(parts: Any, seen: set[int]) -> Iterator[Array]:
    for part in parts:
        yield from _thresholds(part, seen)


def _of_one(part: object, seen: set[int]) -> Iterator[Array]:
    if type(part).__name__ == "Tree":
        yield part.threshold  # type: ignore[attr-defined]  # a view of the tree's own memory
    elif type(part).__name__ == "TreePredictor":
        yield part.nodes["num_threshold"]  # type: ignore[attr-defined]
    else:
        yield from _of_all(vars(part).values() if hasattr(part, "__dict__") else (), seen)
