"""Counting what ran."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from prometheus_client import Counter

from ..batching.work import Batch, Work
from ..loading import Model
from .columns import Columns, Scores
from .drift import Bins
from .series import Families

Ran = tuple[Sequence[Work], float, float]
"""As Observer.batch has it: works, started, ended."""


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

    def count(self, ran: Sequence[Ran]) -> list[Batch]:
        """Adds batches; returns those that gave outputs."""
        works = [work for works, _, _ in ran for work in works]
        self._queue.add(np.array([work.started - work.queued for work in works]))
        took = np.array([ended - started for _, started, ended in ran])
        self._compute.add(np.repeat(took, [len(works) for works, _, _ in ran]))
        batches = [batch for works, _, _ in ran for batch in parts(works)]
        if not batches:
            return batches
        rows = np.array([batch.rows for batch in batches])
        self._size.add(rows)
        self._rows.inc(int(rows.sum()))
        self._columns.count(batches)
        if self._scores is not None:
            self._scores.count(batches)
        return batches

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
