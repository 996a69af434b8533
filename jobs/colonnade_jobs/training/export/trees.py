"""The trees within a fitted estimator: how many nodes they have, and thresholds that float32 can hold."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from .. import boosters
from .float32 import lowered

OURS = ("sklearn.", "colonnade_jobs.")


def nodes(estimator: object) -> int:
    """How many nodes all of its trees have."""
    return sum(_nodes(part) for part in _tree_parts(estimator, set()))


def lower_thresholds(estimator: object) -> None:
    """Brings each threshold down to the float32 below it: no answer to float32 features changes, here or served."""
    for part in _tree_parts(estimator, set()):
        if booster := boosters.trees_of(part):
            booster.lower_thresholds(part)
        else:
            thresholds = _thresholds(part)
            thresholds[:] = lowered(thresholds)


def _nodes(part: Any) -> int:
    booster = boosters.trees_of(part)
    return booster.nodes(part) if booster else len(_thresholds(part))


def _thresholds(part: Any) -> Any:
    """Of a scikit-learn tree: a view of its own memory."""
    return part.threshold if type(part).__name__ == "Tree" else part.nodes["num_threshold"]


def _tree_parts(part: object, seen: set[int]) -> Iterator[object]:
    """Trees of scikit-learn's, and whole boosters of other libraries'."""
    if id(part) in seen:
        return
    seen.add(id(part))
    if isinstance(part, dict):
        yield from _of_all(part.values(), seen)
    elif isinstance(part, list | tuple) or (isinstance(part, np.ndarray) and part.dtype == object):
        yield from _of_all(part, seen)
    elif type(part).__name__ in ("Tree", "TreePredictor") or _is_fitted_booster(part):
        yield part
    elif type(part).__module__.startswith(OURS) and hasattr(part, "__dict__"):
        yield from _of_all(vars(part).values(), seen)


def _of_all(parts: Any, seen: set[int]) -> Iterator[object]:
    for part in parts:
        yield from _tree_parts(part, seen)


def _is_fitted_booster(part: object) -> bool:
    return boosters.library_of(type(part)) in boosters.LIBRARIES and hasattr(part, "n_features_in_")
