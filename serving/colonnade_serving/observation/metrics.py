"""The Prometheus series of a serving pod; only infer requests are counted."""

from dataclasses import dataclass
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

from ..loading import Model

# Each histogram would carry one more series that nobody queries.
disable_created_metrics()  # type: ignore[no-untyped-call]

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
FINE_BUCKETS = (0.00005, 0.0001, 0.00025, *BUCKETS)


class Observes(Protocol):
    """A histogram of seconds."""

    def observe(self, amount: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Series:
    """One model's series: the label is looked up once, not on each request."""

    inflight: Gauge
    duration: Observes
    queue: Observes
    compute: Observes
    _requests: Counter
    _model: str
    _by_code: dict[int, Counter]

    def answered(self, code: int) -> None:
        """Counts an answer; 499 is a client that went away."""
        series = self._by_code.get(code)
        if series is None:
            series = self._by_code[code] = self._requests.labels(self._model, str(code))
        series.inc()


class Metrics:
    """All metrics of the process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.ready = Gauge("colonnade_ready", "1: ready; 0: loading or draining.", registry=self.registry)
        self._requests = Counter(
            "colonnade_requests", "Infer requests by status code.", ("model", "code"), registry=self.registry
        )
        self._inflight = self._gauge("inflight_requests", "Infer requests being answered.")
        self._duration = self._histogram("request", "From an infer request's headers to its answer.", BUCKETS)
        self._queue = self._histogram("queue", "Waiting for a thread.", FINE_BUCKETS)
        self._compute = self._histogram("compute", "Inside onnxruntime.", FINE_BUCKETS)
        self._golden = self._gauge("golden_difference", "The worst difference from the golden outputs at the start.")
        self._info = self._gauge("bundle_info", "Always 1: what is served.", "digest", "trained_as", "version")

    def of(self, model: Model) -> Series:
        """Publishes what is served and how well it matched its golden outputs; returns the model's series."""
        trained_as = model.bundle.model if model.bundle else ""
        self._info.labels(model.name, model.digest, trained_as, model.version).set(1)
        if model.golden is not None:
            self._golden.labels(model.name).set(model.golden)
        return Series(
            self._inflight.labels(model.name),
            self._duration.labels(model.name),
            self._queue.labels(model.name),
            self._compute.labels(model.name),
            self._requests,
            model.name,
            {},
        )

    def _gauge(self, name: str, says: str, *labels: str) -> Gauge:
        return Gauge(f"colonnade_{name}", says, ("model", *labels), registry=self.registry)

    def _histogram(self, name: str, says: str, buckets: tuple[float, ...]) -> Histogram:
        full = f"colonnade_{name}_duration_seconds"
        return Histogram(full, says, ("model",), buckets=buckets, registry=self.registry)
