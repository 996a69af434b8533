"""Rows that are split and a pipeline that isn't fitted yet: what training, its folds and its trials begin with."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline

from colonnade_api.datasets.split import Split

from ..rows.frames import Frame
from ..rows.sample import Sample
from . import earlystopping, weighting
from .earlystopping import Stopping
from .features import Choice

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Prepared:
    """An unfitted pipeline and the rows for it, split as the Dataset says.

    choice: the features that have a value to learn from. training, testing: indices of the frame's rows, in time's
    order where the split goes by time. weights, groups: of each of the frame's rows what it counts and the index of its
    group, shape (rows,); None where all count the same, or stand alone. stopping: how the number of rounds is chosen;
    None where the estimator's arguments say it. notes: sentences for the card.
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
    stopping: Stopping | None

    def fitted(self, rows: Array) -> Pipeline:
        """A copy of the pipeline, fitted on some of the frame's rows, by index."""
        weights = None if self.weights is None else self.weights[rows]
        table, target = self.frame.table(rows), self.frame.target[rows]
        if self.stopping is None:
            return weighting.fit(clone(self.pipeline), table, target, weights)
        chosen = earlystopping.stopped(self.pipeline, self.frame, rows, weights, self.stopping)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # it stops where it was told to
            return weighting.fit(chosen, table, target, weights)

    def sample(self, rows: Array, seed: int) -> Sample:
        """How some of the frame's rows, by index, came to be. seed: start of resamples."""
        weights = np.ones(len(self.frame.target)) if self.weights is None else self.weights
        return Sample(weights, seed, self.groups).of(rows)
