"""Rows that are split and a pipeline that isn't fitted yet: what training, its folds and its trials begin with."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from colonnade_api.datasets.split import Split

from ..rows.frames import Frame
from ..rows.sample import Sample
from . import weighting
from .features import Choice

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Prepared:
    """An unfitted pipeline and the rows for it, split as the Dataset says.

    choice: the features that have a value to learn from. training, testing: indices of the frame's rows, in time's
    order where the split goes by time. weights, groups: of each of the frame's rows what it counts and the index of its
    group, shape (rows,); None where all count the same, or stand alone. notes: sentences for the card.
    """

    pipeline: Pipeline
    choice: Choice
    frame: Frame
    training: Array
    testing: Array
    parted: Split
    notes: list[str]
    weights: Array | None
    groups: Array | None

    def fitted(self, rows: Array) -> Pipeline:
        """A copy of the pipeline, fitted on some of the frame's rows, by index."""
        weights = None if self.weights is None else self.weights[rows]
        fitted: Pipeline = weighting.fit(clone(self.pipeline), self.frame.table(rows), self.frame.target[rows], weights)
        return fitted

    def sample(self, rows: Array, seed: int) -> Sample:
        """How some of the frame's rows, by index, came to be. seed: start of resamples."""
        weights = np.ones(len(self.frame.target)) if self.weights is None else self.weights
        return Sample(weights, seed, self.groups).of(rows)
