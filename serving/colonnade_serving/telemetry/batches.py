"""Counting what ran."""

import struct
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from prometheus_client import Counter

from ..batching.task import Batch, InferenceTask
from ..loading import Model
from .buffer import Buffer
from .columns import Columns, Scores
from .drift import Bins, tells_outside
from .series import Families

STEP_VALUES: Final = 1 << 14
STEP_ROWS: Final = 256
STEP_TASKS: Final = 512
"""Values, rows and tasks that are counted at once: a tenth of a millisecond or two."""
SECONDS_BYTES: Final = 8
"""Seconds as float64: a number as an object is four times as long, and this lives for a second."""


def parts(tasks: list[InferenceTask]) -> Iterable[Batch]:
    """The batches that tasks, which ran together, became parts of: one, unless it failed and was halved."""
    first = tasks[0].batch
    if first is not None and first is tasks[-1].batch:
        return (first,)
    return {id(task.batch): task.batch for task in tasks if task.batch is not None}.values()


class Batches:
    """One model's counts of batches: seconds, rows, and values by bin."""

    def __init__(self, families: Families, model: Model) -> None:
        self._queue, self._compute = families.queue.labels(model.name), families.compute.labels(model.name)
        self._size, self._rows = families.batch.labels(model.name), families.rows.labels(model.name)
        bundle = model.bundle
        self._columns = Columns(bundle.features if bundle else {}, model.signature.inputs)
        self._scores = Scores(bundle) if bundle and bundle.scores and bundle.outputs else None
        self._published = list(_published(families, model, self._columns, self._scores))
        self._rows_at_once = max(1, min(STEP_ROWS, STEP_VALUES // (len(self._columns.bins) + 1)))
        self._queued = Buffer()
        """Seconds of each task."""
        self._took: list[float] = []
        self._tasks: list[int] = []
        """Of each run its seconds, and for how many tasks it was."""
        self._sizes: list[int] = []
        self.uncounted = 0
        """Rows that are not counted yet."""

    @property
    def times_steps(self) -> int:
        """How often `count_times` has something to count."""
        return -(-self._queued.size // (STEP_TASKS * SECONDS_BYTES))

    @property
    def values_steps(self) -> int:
        """How often `count_values` has something to count."""
        return -(-self.uncounted // self._rows_at_once)

    def take(self, tasks: list[InferenceTask], started: float, ended: float) -> None:
        """Keeps what counting needs of a batch that ran."""
        self._queued.add(struct.pack(f"{len(tasks)}d", *[task.started - task.queued for task in tasks]))
        self._took.append(ended - started)
        self._tasks.append(len(tasks))
        for batch in parts(tasks):
            self._columns.keep(batch)
            if self._scores is not None:
                self._scores.keep(batch)
            self._sizes.append(batch.rows)
            self.uncounted += batch.rows

    def count_times(self) -> None:
        """Counts the seconds and the sizes of as many tasks as one step may take."""
        self._queue.add(np.frombuffer(self._queued.take(STEP_TASKS * SECONDS_BYTES)))
        took, tasks, sizes = self._took[:STEP_TASKS], self._tasks[:STEP_TASKS], self._sizes[:STEP_TASKS]
        del self._took[:STEP_TASKS], self._tasks[:STEP_TASKS], self._sizes[:STEP_TASKS]
        if took:
            self._compute.add(took, tasks)
        if sizes:
            self._size.add(sizes)
            self._rows.inc(sum(sizes))

    def count_values(self) -> None:
        """Counts the values of as many rows as one step may take."""
        most = min(self._rows_at_once, self.uncounted)
        self.uncounted -= most
        self._columns.count(most)
        if self._scores is not None:
            self._scores.count(most)

    def telling(self) -> Iterator[None]:
        """Moves the counts of values to their series, a feature at each `next`."""
        for published in self._published:
            published.publish()
            yield


class _Published:
    """Bins and their series, which all stand at 0 from the start: a rate then misses no first value."""

    def __init__(
        self, bins: Bins, counts: list[Counter], missing: Counter | None = None, outside: Counter | None = None
    ) -> None:
        self._bins, self._counts, self._missing, self._outside = bins, counts, missing, outside

    def publish(self) -> None:
        bins = self._bins
        for place in np.flatnonzero(bins.counts).tolist():
            self._counts[place].inc(int(bins.counts[place]))
        for others, series in ((bins.missing, self._missing), (bins.outside, self._outside)):
            if series is not None and others:
                series.inc(int(others))
        bins.clear()


def _published(families: Families, model: Model, columns: Columns, scores: Scores | None) -> Iterator[_Published]:
    of, features = version_labels(families, model), model.bundle.features if model.bundle else {}
    for name, bins in columns.bins.items():
        outside = families.unseen if name in columns.unseen else families.outside
        is_told = tells_outside(features[name])
        yield _Published(
            bins,
            [families.bins.labels(*of, name, str(place)) for place in range(len(bins.counts))],
            families.missing.labels(*of, name),
            outside.labels(*of, name) if is_told else None,
        )
    if scores is not None:
        counts = [families.scores.labels(*of, str(place)) for place in range(len(scores.bins.counts))]
        yield _Published(scores.bins, counts)


def version_labels(families: Families, model: Model) -> tuple[str, str, str]:
    """The labels `model`, `bundle` and `start`."""
    return model.name, bundle_label(model), families.start


def bundle_label(model: Model) -> str:
    """The label `bundle`: the digest's first 12 hex digits."""
    return model.digest.rpartition(":")[2][:12]
