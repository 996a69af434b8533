"""Counting values in the bins that training froze, exactly as colonnade_jobs counted the training rows.

Bin i counts edges[i-1] <= value < edges[i]; the first and the last are open. NaN and the empty text are missing and in
no bin. A category's bin is its place in `categories`; the last bin is of all others.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


class Bins:
    """A feature's counts since they were last taken.

    counts: shape (bins,). outside: numbers below training's least or above its greatest, where the bundle has them as
    `min` and `max`; categories that training did not see, where it saw no more than it could name.
    """

    __slots__ = ("counts", "missing", "outside")

    def __init__(self, bins: int) -> None:
        self.counts = np.zeros(bins, np.int64)
        self.missing = self.outside = 0


class Numbers:
    """Several features that are numbers, counted together: numpy's price of a call is that of 2,000 values."""

    def __init__(self, features: Sequence[Mapping[str, Any]], dtype: np.dtype) -> None:
        """features: each with `edges`, ascending and without equals. dtype: of the values; see `dtype_of`."""
        self.bins = [Bins(len(feature["edges"]) + 1) for feature in features]
        longest = max(len(feature["edges"]) for feature in features)
        self._edges = np.full((longest, len(features), 1), np.nan, dtype)  # no value reaches NaN
        for place, feature in enumerate(features):
            self._edges[: len(feature["edges"]), place, 0] = feature["edges"]
        bounds = [[feature.get(name, np.nan) for name in ("min", "max")] for feature in features]
        self._least, self._greatest = np.array(bounds, np.float64).astype(dtype).T[:, :, None]
        self._bounded = not np.isnan(bounds).all()
        self._dtype = dtype

    def count(self, values: np.ndarray) -> None:
        """Adds values, shape (features, n), NaN for missing."""
        values = np.asarray(values, self._dtype)
        present = _true(values == values)  # noqa: PLR0124 - only NaN differs from itself
        reached = np.zeros((len(self._edges) + 2, len(values)), np.int64)
        reached[0] = present
        for place, edge in enumerate(self._edges, 1):
            reached[place] = _true(values >= edge)
        counts = (reached[:-1] - reached[1:]).T
        outside = (
            _true(values < self._least) + _true(values > self._greatest) if self._bounded else np.zeros_like(present)
        )
        for bins, count, here, beyond in zip(self.bins, counts, present.tolist(), outside.tolist(), strict=True):
            bins.counts += count[: len(bins.counts)]
            bins.missing += values.shape[1] - here
            bins.outside += beyond


class Lengths:
    """A feature that is text, by its length in characters."""

    def __init__(self, feature: Mapping[str, Any]) -> None:
        self._numbers = Numbers([feature], np.dtype(np.float64))
        self.bins = self._numbers.bins[0]

    def count(self, values: np.ndarray) -> None:
        """Adds texts, shape (n,), empty for missing."""
        lengths = [len(_text(value)) or np.nan for value in values.tolist()]
        self._numbers.count(np.array([lengths]))


class Categories:
    """A feature that is text, by frozen categories."""

    def __init__(self, feature: Mapping[str, Any]) -> None:
        categories = feature["categories"]
        self.bins = Bins(len(categories) + 1)
        self._place = {str(category): place for place, category in enumerate(categories)}
        self._all_known = not any((feature.get("counts") or [])[len(categories) :])

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


def dtype_of(values: np.dtype, feature: Mapping[str, Any]) -> np.dtype:
    """As what to compare values of a type with a feature's edges: float32 where nothing is lost by it, else float64."""
    edges = np.array(feature["edges"], np.float64)
    exact = values == np.float32 and (edges.astype(np.float32) == edges).all()
    return np.dtype(np.float32 if exact else np.float64)


def _true(values: np.ndarray) -> np.ndarray:
    """How many of each row are true; values: shape (rows, n). Bits are counted three times as fast as bytes."""
    counts: np.ndarray = np.bitwise_count(np.packbits(values, axis=1)).sum(axis=1, dtype=np.int64)
    return counts


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
