"""How often an answer of each score was right on held-out rows, and how far an estimate of accuracy from that is off.

Where labels are yet to come, accuracy is estimated by the scores alone: the rows of each bin are right as often as they
were on held-out rows. Where rows are others than those, that may not hold; so the error is that of the worst slice of
them, such as the lowest fifth of one feature, or one of its categories, with the curve of the other half (Guillory,
Shankar, Ebrahimi, Darrell and Schmidt 2021, Predicting with confidence on unseen distributions).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .intervals import short

Array = np.ndarray[Any, Any]
SLICES = 5
FEWEST_OF_A_SLICE = 50
FEWEST_HELD_OUT = 4 * FEWEST_OF_A_SLICE
LEAST_SHARE = 0.05
"""Of the half that a slice is of: of fewer rows chance alone would say that an estimate is far off."""


def of_scores(
    scores: Array, edges: Sequence[float], right: Array, inputs: Mapping[str, Array], seed: int
) -> dict[str, Any] | None:
    """bundle.json's monitoring.estimate; None of too few held-out rows.

    scores, right: what was answered, and whether it was so, shape (rows,); edges: of the scores' bins; inputs: the
    features of these rows, each of shape (rows,).
    """
    if len(scores) < FEWEST_HELD_OUT:
        return None
    bins = np.searchsorted(np.asarray(edges), scores, side="right")
    width = len(edges) + 1
    off = list(_errors(bins, right.astype(float), width, inputs, seed))
    return {
        "metric": "accuracy",
        "right": np.bincount(bins, right, width).astype(int).tolist(),
        "error": short(max(off)),
        "slices": len(off),
    }


def _errors(bins: Array, right: Array, width: int, inputs: Mapping[str, Array], seed: int) -> Iterator[float]:
    """Of each half of the rows, and of its slices, by the curve of the other half."""
    half = np.random.default_rng(seed).permutation(len(bins)) % 2 == 0
    for known, asked in ((half, ~half), (~half, half)):
        expected = _curve(bins[known], right[known], width)[bins[asked]]
        yield abs(float(expected.mean() - right[asked].mean()))
        for values in inputs.values():
            for rows in _slices(values[asked]):
                yield abs(float(expected[rows].mean() - right[asked][rows].mean()))


def _curve(bins: Array, right: Array, width: int) -> Array:
    """How often each bin's rows were right; as often as all where there are none."""
    rows = np.bincount(bins, minlength=width)
    overall = np.full(width, right.mean())
    return np.asarray(np.divide(np.bincount(bins, right, width), rows, out=overall, where=rows > 0))


def _slices(values: Array) -> Iterator[Array]:
    """The rows of each category, or of each fifth of a number, where they are many enough."""
    if values.dtype.kind in "fiu":
        there = np.flatnonzero(~np.isnan(values.astype(float)))
        parts = np.array_split(there[np.argsort(values[there], kind="stable")], SLICES)
    else:
        _, place = np.unique(values.astype(str), return_inverse=True)
        parts = np.split(np.argsort(place, kind="stable"), np.cumsum(np.bincount(place))[:-1])
    fewest = max(FEWEST_OF_A_SLICE, LEAST_SHARE * len(values))
    yield from (part for part in parts if len(part) >= fewest)
