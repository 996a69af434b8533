"""One recent request a bucket of the duration histogram: from a slow bucket to the trace that explains it.

They are laid over what is told, and not kept in the histogram: prometheus_client's files for workers hold none.
"""

import time
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar, Sample

FAMILY = "colonnade_request_duration_seconds"


class Exemplars:
    """The last request by model and bucket; bucket counts from 0, as Tally.add returns it."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], Exemplar] = {}

    def keep(self, model: str, bucket: int, seconds: float, labels: dict[str, str]) -> None:
        """A request that took `seconds`; labels: of at most 128 characters with their names."""
        self._kept[model, bucket] = Exemplar(labels, seconds, time.time())

    def over(self, source: CollectorRegistry) -> Collector:
        """What the source tells, with the exemplars."""
        return _Over(source, self._kept)


class _Over(Collector):
    def __init__(self, source: CollectorRegistry, kept: dict[tuple[str, int], Exemplar]) -> None:
        self._source, self._kept = source, kept

    def collect(self) -> Iterator[Metric]:
        for metric in self._source.collect():
            if metric.name == FAMILY:
                metric.samples = list(self._marked(metric.samples))
            yield metric

    def _marked(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        seen: dict[str, int] = {}
        for sample in samples:
            if not sample.name.endswith("_bucket"):
                yield sample
                continue
            model = sample.labels["model"]
            bucket = seen[model] = seen.get(model, -1) + 1
            yield sample._replace(exemplar=self._kept.get((model, bucket)))
