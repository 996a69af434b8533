"""What a batch of n rows costs, measured before anyone waits for one."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from statistics import median

import numpy as np

SECONDS = 0.4
"""All of it together; a model whose batches are long is measured by fewer sizes, and runs of each."""
SLOW_SECONDS = 0.002
"""A model that takes longer for a row is measured at 1, 4, 16, … rows."""
RUNS = 15
SAFE_UTILISATION = 0.8
"""The share of its time that a model may compute, so that what comes in bursts doesn't queue for long."""

Infer = Callable[[Mapping[str, np.ndarray]], object]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A batch of n rows, n up to `rows`, takes fixed + per_row * n seconds. measured: median seconds by n."""

    fixed: float
    per_row: float
    rows: int
    measured: dict[int, float] = field(default_factory=dict)

    @property
    def safe_rows_per_second(self) -> float:
        """The highest rate that one worker takes: in full batches, 80 % of its time; HTTP's own cost comes on top."""
        return SAFE_UTILISATION * self.rows / max(self.fixed + self.per_row * self.rows, 1e-9)


def calibrate(infer: Infer, rows: Mapping[str, np.ndarray], growing: Collection[str], most: int) -> Calibration:
    """Runs batches of 1, 2, 4, … up to `most` rows, each after a run to warm it up, and fits what they cost.

    rows: inputs to take rows from, in turn. growing: the inputs whose leading dimension is rows; without any, the
    model takes them as they are, as one row. Raises whatever infer raises.
    """
    measured: dict[int, float] = {}
    end = time.perf_counter() + SECONDS
    size = 1
    while not measured or (growing and size <= most and time.perf_counter() + 2 * _foreseen(measured, size) < end):
        batch = {name: _taken(array, size) if name in growing else array for name, array in rows.items()}
        measured[size] = _median_seconds(infer, batch, SECONDS / (2 * most.bit_length()))
        size *= 4 if measured[1] > SLOW_SECONDS else 2
    fixed, per_row = fit(measured)
    return Calibration(fixed, per_row, max(measured), measured)


def fit(measured: Mapping[int, float]) -> tuple[float, float]:
    """The fixed and per-row seconds, neither negative, that come closest to median seconds by rows.

    Least squares of the relative errors, so that one row counts as much as a full batch. A single size has no slope to
    show: all of it is taken as the row's, which promises nothing of larger batches.
    """
    n = np.array(list(measured), float)
    t = np.array(list(measured.values()))
    if len(n) == 1:
        return 0.0, float(t[0] / n[0])
    terms = np.stack([np.ones_like(n), n], axis=1) / t[:, None]
    fixed, per_row = np.linalg.lstsq(terms, np.ones_like(t), rcond=None)[0]
    if fixed < 0.0:
        return 0.0, float(np.sum(n / t) / np.sum((n / t) ** 2))
    if per_row < 0.0:
        return float(np.sum(1 / t) / np.sum(1 / t**2)), 0.0
    return float(fixed), float(per_row)


def _foreseen(measured: Mapping[int, float], size: int) -> float:
    """What a batch of this size may take: on the line through the last two, or as long a row as the only one."""
    known = list(measured.items())
    n, t = known[-1]
    if len(known) == 1:
        return t / n * size
    m, u = known[-2]
    return t + max(t - u, 0.0) / (n - m) * (size - n)


def _median_seconds(infer: Infer, batch: Mapping[str, np.ndarray], share: float) -> float:
    infer(batch)
    seconds: list[float] = []
    end = time.perf_counter() + share
    while not seconds or (len(seconds) < RUNS and time.perf_counter() < end):
        started = time.perf_counter()
        infer(batch)
        seconds.append(time.perf_counter() - started)
    return median(seconds)


def _taken(array: np.ndarray, size: int) -> np.ndarray:
    return array[np.arange(size) % max(len(array), 1)]
