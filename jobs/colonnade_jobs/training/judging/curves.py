"""What the card draws of the answers to the held-out rows: counts and shares alone, no row of anybody's.

Each function's numbers are rounded to what a picture shows, so that last bits draw no other card.
"""

from typing import Any

import numpy as np
from sklearn.metrics import confusion_matrix, precision_recall_curve, roc_curve

from .ranking import QUANTILE

Array = np.ndarray[Any, Any]
Drawn = dict[str, Any]
MOST_CLASSES = 10
POINTS = 60
BINS = 10
CELLS = 24
DIGITS = 4


def classification(truth: Array, answered: Array, scores: Array, classes: Array) -> Drawn:
    """truth, answered: labels, shape (rows,); scores: probabilities, shape (rows, classes)."""
    if len(classes) > MOST_CLASSES:
        return {}
    counts = confusion_matrix(truth, answered, labels=classes)
    drawn: Drawn = {"confusion": counts.tolist()}
    positive = truth == classes[-1]
    if len(classes) != 2 or positive.all() or not positive.any():
        return drawn
    chance = scores[:, 1].astype(float)
    false, true, _ = roc_curve(positive, chance)
    precision, recall, _ = precision_recall_curve(positive, chance)
    return drawn | {
        "roc": _thinned(false, true),
        "precisionRecall": _thinned(recall[::-1], precision[::-1]),
        "positives": _short(positive.mean()),
        "calibration": _calibration(positive, chance),
    }


def regression(truth: Array, predicted: Array) -> Drawn:
    """truth, predicted: shape (rows,). How many rows lie in each cell of true by predicted, and how the errors lie."""
    truth, predicted = truth.astype(float), predicted.astype(float)
    both = np.concatenate([truth, predicted])
    low, high = (float(v) for v in np.quantile(both, [0.005, 0.995]))
    if not low < high:
        return {}
    edges = np.linspace(low, high, CELLS + 1)
    cells, _, _ = np.histogram2d(np.clip(truth, low, high), np.clip(predicted, low, high), bins=(edges, edges))
    errors = predicted - truth
    most = float(np.quantile(np.abs(errors), 0.995)) or 1.0
    residuals, _ = np.histogram(np.clip(errors, -most, most), bins=CELLS, range=(-most, most))
    return {
        "predicted": {"low": _short(low), "high": _short(high), "cells": cells.astype(int).tolist()},
        "residuals": {"most": _short(most), "rows": residuals.tolist()},
    }


def _calibration(positive: Array, chance: Array) -> list[dict[str, float | int]]:
    """By ten equal parts of the scale: the mean of what was said, and the share that came true with its 95 % interval.

    Wilson 1927, Probable inference, the law of succession, and statistical inference.
    """
    part = np.minimum((chance * BINS).astype(int), BINS - 1)
    found = []
    for n in np.unique(part):
        inside = part == n
        rows, share = int(inside.sum()), float(positive[inside].mean())
        low, high = _wilson(share, rows)
        said = {"said": chance[inside].mean(), "seen": share, "low": low, "high": high}
        found.append({name: _short(value) for name, value in said.items()} | {"rows": rows})
    return found


def _wilson(share: float, rows: int) -> tuple[float, float]:
    square = QUANTILE**2
    middle = (share + square / (2 * rows)) / (1 + square / rows)
    half = QUANTILE * (share * (1 - share) / rows + square / (4 * rows**2)) ** 0.5 / (1 + square / rows)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _thinned(x: Array, y: Array) -> list[list[float]]:
    """As many points of a curve as a picture shows, the first and the last among them."""
    kept = np.unique(np.linspace(0, len(x) - 1, min(POINTS, len(x))).round().astype(int))
    return [[_short(a), _short(b)] for a, b in zip(x[kept], y[kept], strict=True)]


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
