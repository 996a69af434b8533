"""How good predictions were, as counters that add up over pods: what error rates, F1 or RMSE are computed from."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from pydantic import StrictBool, StrictFloat, StrictInt, StrictStr

from ..loading import Model
from .batches import bundle_label
from .classes import ClassNames
from .groups import Groups
from .series import Families

Scalar = StrictBool | StrictInt | StrictFloat | StrictStr
"""A label: a class or a number."""


class Told(NamedTuple):
    """What was answered: a class or a number a row.

    bundle: the label of the version that did; empty of the one that is served. groups: one a row, if any.
    """

    values: Sequence[Any]
    bundle: str = ""
    groups: Sequence[str] | None = None


class Quality(Protocol):
    """A judge of predictions, of whichever version they are."""

    def takes(self, labels: Sequence[Scalar]) -> bool:
        """Whether each of them can be a label."""

    def judge(self, told: Told, labels: Sequence[Scalar]) -> bool:
        """Counts labels, one a row of what was told; False, counting none, when one can't be a label."""


class Confusion:
    """Rows by predicted and actual class, and by group where groups are counted."""

    def __init__(self, families: Families, model: Model, groups: Groups | None = None) -> None:
        self._classes, self._groups = ClassNames(model), groups
        self._series, self._by_group = families.confusion, families.group_confusion
        self._model, self._bundle, self._start = model.name, bundle_label(model), families.start

    def takes(self, labels: Sequence[Scalar]) -> bool:
        """As Quality: any class, of those that the model knows or not, but none without a name."""
        return all(label != "" and (not isinstance(label, float) or math.isfinite(label)) for label in labels)

    def judge(self, told: Told, labels: Sequence[Scalar]) -> bool:
        """As Quality."""
        if not self.takes(labels):
            return False
        of, name = (self._model, told.bundle or self._bundle, self._start), self._classes.name
        pairs = zip(told.values, labels, strict=True)
        cells = [self._classes.cell(name(answer), name(label)) for answer, label in pairs]
        for cell, count in Counter(cells).items():
            self._series.labels(*of, *cell).inc(count)
        if told.groups is not None and self._groups is not None:
            groups = map(self._groups.told, told.groups)
            for (group, cell), count in Counter(zip(groups, cells, strict=True)).items():
                self._by_group.labels(*of, self._groups.column, group, *cell).inc(count)
        return True


class Errors:
    """A regression's sums of |error|, error^2 and error^4, and their number."""

    def __init__(self, families: Families, model: Model) -> None:
        self._families, self._model, self._bundle = families, model.name, bundle_label(model)
        if model.bundle is not None and model.bundle.task == "Regression":
            self._of(self._bundle)  # its series stand at 0 from the start

    def takes(self, labels: Sequence[Scalar]) -> bool:
        """As Quality: finite numbers."""
        return all(isinstance(label, int | float) and math.isfinite(label) for label in labels)

    def judge(self, told: Told, labels: Sequence[Scalar]) -> bool:
        """As Quality; groups of numbers are not compared."""
        if not self.takes(labels):
            return False
        errors = np.asarray(told.values, np.float64) - np.array(labels, np.float64)
        errors = errors[np.isfinite(errors)]
        squared = errors * errors
        count, *sums = self._of(told.bundle or self._bundle)
        count.inc(len(errors))
        for series, powers in zip(sums, (np.abs(errors), squared, squared * squared), strict=True):
            series.inc(float(powers.sum()))
        return True

    def _of(self, bundle: str) -> tuple[Any, ...]:
        families, of = self._families, (self._model, bundle, self._families.start)
        each = (families.labelled, families.absolute, families.squared, families.fourth)
        return tuple(family.labels(*of) for family in each)


def quality(families: Families, model: Model, groups: Groups | None = None) -> Quality | None:
    """The judge of a model; None when its bundle doesn't say what it predicts."""
    task = model.bundle.task if model.bundle else None
    if task is None:
        return None
    return Confusion(families, model, groups) if task == "Classification" else Errors(families, model)
