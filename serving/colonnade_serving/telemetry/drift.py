"""Counting values in the bins that training froze, exactly as colonnade_jobs counted the training rows.

Bin i counts edges[i-1] <= value < edges[i]; the first and the last are open. NaN and the empty text are missing and in
no bin. A category's bin is its place in `categories`; the last bin is of all others.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

MOST_VALUES = 1 << 14
"""Compared at once with all edges: few enough for the cache."""


class Bins:
    """A feature's counts since they were last taken.

    counts: shape (bins,). missing, outside: shape (). Outside are numbers below training's least or above its greatest,
    where the bundle has them as `min` and `max`; categories that training did not see, where it saw no more than it
    could name.
    """

    __slots__ = ("counts", "missing", "outside")

    def __init__(self, counts: np.ndarray, missing: np.ndarray, outside: np.ndarray) -> None:
        """Views, of int64: one addition counts all features that are counted together."""
        self.counts, self.missing, self.outside = counts, missing, outside

    @classmethod
    def of_one(cls, bins: int) -> "Bins":
        """Of a feature that is counted by itself."""
        return cls(np.zeros(bins, np.int64), np.zeros((), np.int64), np.zeros((), np.int64))

    def clear(self) -> None:
        """They were taken."""
        for values in (self.counts, self.missing, self.outside):
            values[...] = 0


class Numbers:
    """Several features that are numbers, counted together: numpy's price of a call is that of 2,000 values."""

    def __init__(self, features: Sequence[Mapping[str, Any]], dtype: np.dtype) -> None:
        """features: each with `edges`, ascending and without equals. dtype: of the values; see `dtype_of`."""
        longest = max(len(feature["edges"]) for feature in features)
        edges = np.full((longest + 1, len(features)), np.nan, dtype)  # no value reaches NaN
        edges[0] = -np.inf  # and only NaN does not reach this
        for place, feature in enumerate(features):
            edges[1 : len(feature["edges"]) + 1, place] = feature["edges"]
        self._bounded = any("min" in feature or "max" in feature for feature in features)
        if self._bounded:
            least = np.array([feature.get("min", -np.inf) for feature in features], dtype)
            most = np.array([feature.get("max", np.nan) for feature in features], dtype)
            edges = np.vstack([edges, least, np.nextafter(most, np.array(np.inf, dtype))])
        self._most = max(1, MOST_VALUES // len(features))
        self._edges = edges[:, :, None]
        self._dtype = dtype
        self._counts = np.zeros((longest + 1, len(features)), np.int64)
        self._missing, self._outside = np.zeros((2, len(features)), np.int64)
        self.bins = [
            Bins(self._counts[: len(feature["edges"]) + 1, place], self._missing[place, ...], self._outside[place, ...])
            for place, feature in enumerate(features)
        ]

    def count(self, values: np.ndarray) -> None:
        """Adds values, shape (n, features), NaN for missing."""
        for start in range(0, len(values), self._most):
            self._count(values[start : start + self._most])

    def _count(self, values: np.ndarray) -> None:
        rows = len(values)
        reached = np.packbits(np.ascontiguousarray(values.T, self._dtype) >= self._edges, axis=-1)
        if reached.shape[-1] % 8 == 0:
            reached = reached.view(np.uint64)
        counts = np.bitwise_count(reached).sum(axis=-1, dtype=np.int64)  # sum() of bools is slow
        present = counts[0]
        if self._bounded:
            self._outside += present - counts[-2] + counts[-1]
            counts = counts[:-2]
        self._counts += counts
        self._counts[:-1] -= counts[1:]
        self._missing += rows - present


class Lengths:
    """A feature that is text, by its length in characters."""

    def __init__(self, feature: Mapping[str, Any]) -> None:
        self._numbers = Numbers([feature], np.dtype(np.float64))
        self.bins = self._numbers.bins[0]

    def count(self, values: np.ndarray) -> None:
        """Adds texts, shape (n,), empty for missing."""
        lengths = [len(_text(value)) or np.nan for value in values.tolist()]
        self._numbers.count(np.array(lengths)[:, None])


class Categories:
    """A feature that is text, by frozen categories."""

    def __init__(self, feature: Mapping[str, Any]) -> None:
        categories = feature["categories"]
        self.bins = Bins.of_one(len(categories) + 1)
        self._place = {str(category): place for place, category in enumerate(categories)}
        self._all_known = tells_outside(feature)

    def count(self, values: np.ndarray) -> None:
        """Adds values, shape (n,), the empty text for missing."""
        for value, count in Counter(values.tolist()).items():
            text = _text(value)
            if not text:
                self.bins.missing += count
                continue
            place = self._place.get(text, -1)
            self.bins.counts[place] += count
            if place < 0 and self._all_known:
                self.bins.outside += count


def tells_outside(feature: Mapping[str, Any]) -> bool:
    """Whether training's extremes are known, or all of its categories: else nothing can be told from the outside."""
    if "categories" in feature:
        return not any((feature.get("counts") or [])[len(feature["categories"]) :])
    return "min" in feature or "max" in feature


def dtype_of(values: np.dtype, feature: Mapping[str, Any]) -> np.dtype:
    """As what to compare values of a type with a feature's edges: float32 where nothing is lost by it, else float64."""
    edges = np.array(feature["edges"], np.float64)
    exact = values == np.float32 and (edges.astype(np.float32) == edges).all()
    return np.dtype(np.float32 if exact else np.float64)


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
