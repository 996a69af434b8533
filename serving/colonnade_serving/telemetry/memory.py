"""What a model predicted lately, by request id, until labels come."""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..batching.task import InferenceTask

MOST = 100_000
"""Requests that are remembered, however short a time that then is."""
GENERATIONS = 60


class Predicted(NamedTuple):
    """predicted: of a whole batch, shape (rows of the batch, …). The request's rows are those from `at` on."""

    predicted: np.ndarray
    at: int
    rows: int

    def values(self) -> np.ndarray:
        """The request's predictions, shape (rows,)."""
        return self.predicted[self.at : self.at + self.rows].reshape(-1)


_Kept = tuple[np.ndarray, int, int] | None
"""A Predicted, as a plain tuple; None once it was taken."""


class Memory:
    """Predictions by request id. They go by generations: to forget one by one would cost as much as to learn."""

    def __init__(self, output: str, seconds: float, most: int = MOST) -> None:
        """output: the one that holds predictions. seconds, most: how long, and how many requests at a time."""
        self._output = output
        self._seconds, self._most = seconds, most
        self._generations: deque[tuple[float, dict[str, _Kept]]] = deque()
        self._kept = 0

    def keep(self, tasks: Sequence[InferenceTask], now: float) -> None:
        """Remembers those that have an id and a prediction. now: seconds of any clock that only goes forward."""
        known: dict[str, _Kept] = {
            task.id: (values, task.at, task.rows)
            for task in tasks
            if task.id and task.batch is not None and (values := task.batch.outputs.get(self._output)) is not None
        }
        if not known:
            return
        if not self._generations or self._full(now):
            self._generations.append((now, {}))
        generation = self._generations[-1][1]
        self._kept -= len(generation)
        generation.update(known)
        self._kept += len(generation)
        self.forget(now)

    def take(self, request: str) -> tuple[bool, Predicted | None]:
        """Whether a request is remembered, and what was predicted; None when it was taken before."""
        for _, generation in reversed(self._generations):
            if request in generation:
                predicted = generation[request]
                generation[request] = None
                return True, None if predicted is None else Predicted(*predicted)
        return False, None

    def forget(self, now: float) -> None:
        """Drops what is too old or too much."""
        generations = self._generations
        while generations and (generations[0][0] < now - self._seconds or self._kept > self._most):
            self._kept -= len(generations.popleft()[1])

    def _full(self, now: float) -> bool:
        began, generation = self._generations[-1]
        return len(generation) >= self._most // GENERATIONS or now - began >= self._seconds / GENERATIONS
