"""How good predictions were, as counters that add up over pods: what error rates, F1 or RMSE are computed from."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from pydantic import StrictBool, StrictFloat, StrictInt, StrictStr

from ..loading import Model
from .batches import version_labels
from .series import Families

Scalar = StrictBool | StrictInt | StrictFloat | StrictStr
"""A label: a class or a number."""
MOST_CLASSES = 20
OTHER = "other"


class Quality(Protocol):
    """A model's judge."""

    def judge(self, predicted: np.ndarray, labels: Sequence[Scalar]) -> bool:
        """Counts labels, one a row of predicted, shape (rows,); False, counting none, when one can't be a label."""


class Confusion:
    """Rows by predicted and actual class; of the first 20 classes by name, of all else as `other`."""

    def __init__(self, families: Families, model: Model) -> None:
        classes = (model.bundle.classes if model.bundle else None) or []
        self._names = {str(name) for name in classes[:MOST_CLASSES]}
        self._series, self._of = families.confusion, version_labels(families, model)

    def judge(self, predicted: np.ndarray, labels: Sequence[Scalar]) -> bool:
        """As Quality."""
        pairs = zip(map(self._name, predicted.tolist()), map(self._name, labels), strict=True)
        for pair, count in Counter(pairs).items():
            self._series.labels(*self._of, *pair).inc(count)
        return True

    def _name(self, value: object) -> str:
        if isinstance(value, bool) and str(value) not in self._names:
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        name = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
        return name if name in self._names else OTHER


class Errors:
    """A regression's sums of |error| and error^2, and their number."""

    def __init__(self, families: Families, model: Model) -> None:
        of = version_labels(families, model)
        self._labels = families.labelled.labels(*of)
        self._absolute, self._squared = families.absolute.labels(*of), families.squared.labels(*of)

    def judge(self, predicted: np.ndarray, labels: Sequence[Scalar]) -> bool:
        """As Quality."""
        numbers = [label for label in labels if isinstance(label, int | float) and math.isfinite(label)]
        if len(numbers) < len(labels):
            return False
        errors = predicted.astype(np.float64) - np.array(numbers, np.float64)
        errors = errors[np.isfinite(errors)]
        self._labels.inc(len(errors))
        self._absolute.inc(float(np.abs(errors).sum()))
        self._squared.inc(float((errors * errors).sum()))
        return True


def quality(families: Families, model: Model) -> Quality | None:
    """The judge of a model; None when its bundle doesn't say what it predicts."""
    task = model.bundle.task if model.bundle else None
    if task is None:
        return None
    return Confusion(families, model) if task == "Classification" else Errors(families, model)
