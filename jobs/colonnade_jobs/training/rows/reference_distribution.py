"""Bins frozen at training: what drift is measured against.

Bin i counts edges[i-1] <= value < edges[i]; the first and the last are open.
"""

from math import isfinite
from typing import Any

import numpy as np
from pydantic import JsonValue

from ..learning.features import Feature

Array = np.ndarray[Any, Any]
QUANTILES = np.arange(1, 10) / 10
MOST_CATEGORIES = 50


def of_feature(values: Array, feature: Feature) -> dict[str, JsonValue]:
    """Counts of the training rows in deciles (numbers, dates), by category, or by length in characters (texts).

    Of what has deciles also the extremes, `min` and `max`: what lies beyond them is out of range.
    """
    if feature.kind == "category":
        return _categories(values)
    if feature.kind == "text":
        lengths = np.array([len(text) or np.nan for text in values], dtype=float)
        return {"of": "length", **_numbers(lengths)}
    return _numbers(values.astype(float))


def of_scores(scores: Array) -> dict[str, JsonValue]:
    """Counts of the held-out rows in deciles of their scores."""
    counted = _numbers(scores.astype(float))
    return {"edges": counted["edges"], "counts": counted["counts"]}


def _numbers(values: Array) -> dict[str, JsonValue]:
    present = values[~np.isnan(values)]
    edges = np.unique(np.quantile(present, QUANTILES, method="inverted_cdf")) if len(present) else np.array([])
    counts = np.bincount(np.searchsorted(edges, present, side="right"), minlength=len(edges) + 1)
    counted = {"edges": edges.tolist(), "counts": counts.tolist(), "missing": len(values) - len(present)}
    return counted | _extremes(present)


def _extremes(present: Array) -> dict[str, JsonValue]:
    """Empty where there are none, as of an endless value, which JSON can't say."""
    found = {"min": float(present.min()), "max": float(present.max())} if len(present) else {}
    return {name: value for name, value in found.items() if isfinite(value)}


def _categories(values: Array) -> dict[str, JsonValue]:
    found, counts = np.unique(values[values != ""].astype(str), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    kept, rest = order[:MOST_CATEGORIES], order[MOST_CATEGORIES:]
    missing = int((values == "").sum())
    # The last count is of all other categories.
    return {
        "categories": found[kept].tolist(),
        "counts": [*counts[kept].tolist(), int(counts[rest].sum())],
        "missing": missing,
    }
