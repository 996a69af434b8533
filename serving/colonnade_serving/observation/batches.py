"""Counting what ran."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from prometheus_client import Counter

from ..batching.work import Batch, Work
from ..loading import Model
from .columns import Columns, Scores
from .drift import Bins
from .series import Families

STEP_VALUES = 1 << 15
"""Values counted at once: a tenth of a millisecond or two."""


def parts(works: Sequence[Work]) -> Iterable[Batch]:
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
        self._rows_at_once = max(1, STEP_VALUES // (len(self._columns.bins) + 1))
        self._queued: list[float] = []
        self._took: list[float] = []
        self._together: list[int] = []
        self._ran: deque[Batch] = deque()
        self.held = 0
        """Rows that are not counted yet."""

    def take(self, works: Sequence[Work], started: float, ended: float) -> None:
        """Keeps what counting needs of a batch that ran."""
        self._queued += [work.started - work.queued for work in works]
        self._took.append(ended - started)
        self._together.append(len(works))
        for batch in parts(works):
            self._ran.append(batch)
            self.held += batch.rows

    def count(self) -> None:
        """Counts the seconds of all, and the values of as many as one step may take."""
        if self._took:
            self._queue.add(np.array(self._queued))
            self._compute.add(np.repeat(self._took, self._together))
            self._queued, self._took, self._together = [], [], []
        if self._ran:
            self._count_values(self._some())

    def _some(self) -> list[Batch]:
        taken: list[Batch] = []
        rows = 0
        while self._ran and rows < self._rows_at_once:
            taken.append(self._ran.popleft())
            rows += taken[-1].rows
        self.held -= rows
        return taken

    def _count_values(self, batches: Sequence[Batch]) -> None:
        rows = np.array([batch.rows for batch in batches])
        self._size.add(rows)
        self._rows.inc(int(rows.sum()))
        self._columns.count(batches)
        if self._scores is not None:
            self._scores.count(batches)

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
        bins.counts[:] = 0
        if self._missing is not None and bins.missing:
            self._missing.inc(bins.missing)
        if self._outside is not None and bins.outside:
            self._outside.inc(bins.outside)
        bins.missing = bins.outside = 0


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
