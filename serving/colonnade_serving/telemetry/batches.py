"""Counting what ran."""

import struct
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from prometheus_client import Counter

from ..batching.work import Batch, Work
from ..loading import Model
from .buffer import Buffer
from .columns import Columns, Scores
from .drift import Bins
from .series import Families

STEP_VALUES: Final = 1 << 14
STEP_ROWS: Final = 256
STEP_WORKS: Final = 512
"""Values, rows and works that are counted at once: a tenth of a millisecond or two."""
SECONDS_BYTES: Final = 8
"""Seconds as float64: a number as an object is four times as long, and this lives for a second."""


def parts(works: list[Work]) -> Iterable[Batch]:
    """The batches that works, which ran together, became parts of: one, unless it failed and was halved."""
    first = works[0].batch
    if first is not None and first is works[-1].batch:
        return (first,)
    return {id(work.batch): work.batch for work in works if work.batch is not None}.values()


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
        """Seconds of each work."""
        self._took: list[float] = []
        self._works: list[int] = []
        """Of each run its seconds, and for how many works it was."""
        self._sizes: list[int] = []
        self.held = 0
        """Rows that are not counted yet."""

    @property
    def times_steps(self) -> int:
        """How often `count_times` has something to count."""
        return -(-self._queued.size // (STEP_WORKS * SECONDS_BYTES))

    @property
    def values_steps(self) -> int:
        """How often `count_values` has something to count."""
        return -(-self.held // self._rows_at_once)

    def take(self, works: list[Work], started: float, ended: float) -> None:
        """Keeps what counting needs of a batch that ran."""
        self._queued.add(struct.pack(f"{len(works)}d", *[work.started - work.queued for work in works]))
        self._took.append(ended - started)
        self._works.append(len(works))
        for batch in parts(works):
            self._columns.keep(batch)
            if self._scores is not None:
                self._scores.keep(batch)
            self._sizes.append(batch.rows)
            self.held += batch.rows

    def count_times(self) -> None:
        """Counts the seconds and the sizes of as many works as one step may take."""
        self._queue.add(np.frombuffer(self._queued.take(STEP_WORKS * SECONDS_BYTES)))
        took, works, sizes = self._took[:STEP_WORKS], self._works[:STEP_WORKS], self._sizes[:STEP_WORKS]
        del self._took[:STEP_WORKS], self._works[:STEP_WORKS], self._sizes[:STEP_WORKS]
        if took:
            self._compute.add(took, works)
        if sizes:
            self._size.add(sizes)
            self._rows.inc(sum(sizes))

    def count_values(self) -> None:
        """Counts the values of as many rows as one step may take."""
        most = min(self._rows_at_once, self.held)
        self.held -= most
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
    of = (model.name, bundle_label(model))
    for name, bins in columns.bins.items():
        outside = families.unseen if name in columns.unseen else families.outside
        yield _Published(
            bins,
            [families.bins.labels(*of, name, str(place)) for place in range(len(bins.counts))],
            families.missing.labels(*of, name),
            outside.labels(*of, name),
        )
    if scores is not None:
        counts = [families.scores.labels(*of, str(place)) for place in range(len(scores.bins.counts))]
        yield _Published(scores.bins, counts)


def bundle_label(model: Model) -> str:
    """The label `bundle`: the digest's first 12 hex digits."""
    return model.digest.rpartition(":")[2][:12]
