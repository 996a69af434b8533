"""The names, labels and buckets of every series: what docs/serving/metrics.md describes."""

from functools import cached_property
from typing import Any

import numpy as np
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
FINE_SECONDS = (0.00005, 0.0001, 0.00025, *SECONDS)
ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


class Tally(Histogram):
    """A histogram that takes many observations at once."""

    @cached_property
    def _edges(self) -> np.ndarray:
        return np.array(self._upper_bounds)

    def add(self, numbers: Any, times: Any = None) -> np.ndarray:
        """Counts n numbers, at least one; returns each one's bucket, shape (n,). times: how often each came."""
        values = np.asarray(numbers)
        found = np.searchsorted(self._edges, values, side="left")
        for bucket, count in enumerate(np.bincount(found, times, len(self._upper_bounds)).tolist()):
            if count:
                self._buckets[bucket].inc(count)
        self._sum.inc(float(values.sum() if times is None else values @ np.asarray(times)))
        return found


class Families:
    """All families of metrics, in a registry, or in prometheus_client's files when that is None.

    start: a word that no other start of the server has.
    """

    def __init__(self, registry: CollectorRegistry | None, start: str) -> None:
        self._registry = registry
        self.start = start
        self.ready = self._gauge("ready", "1: ready; 0: loading or draining.", mode="livemin")
        self.golden = self._gauge(
            "golden_difference", "The worst difference from the golden outputs at the start.", "model", mode="livemax"
        )
        self.calibration = self._gauge(
            "calibration_seconds",
            "What a batch of n rows takes, per_row * n + fixed, as measured when the model was loaded.",
            "model",
            "coefficient",
            mode="livemax",
        )
        self.safe = self._gauge(
            "safe_rows_per_second", "The rate of rows at which the model computes 80 % of the time.", "model"
        )
        self.info = self._gauge(
            "bundle_info", "Always 1: what is served.", "model", "digest", "trained_as", "version", mode="livemax"
        )
        self.inflight = self._gauge("inflight_requests", "Infer requests being answered.", "model")
        self.waiting = self._gauge("queue_depth", "Infer requests that wait for the model.", "model")
        self.batched = self._gauge(
            "batched", "1: requests that come together run together; 0: each runs alone.", "model", mode="livemin"
        )
        self.requests = self._counter("requests", "Infer requests by status code; 499: the client left.", "code")
        self.errors = self._counter("errors", "Infer requests that got no answer from the model, by why.", "reason")
        self.good = self._counter("goodput", "Infer requests answered by 200, within their deadline if they had one.")
        self.deadlines = self._counter("deadline_requests", "Infer requests with a deadline, met or missed.", "outcome")
        self.rows = self._counter("predictions", "Rows that the model answered.")
        self.duration = self._seconds("request", "From an infer request's headers to its answer.", SECONDS)
        self.queue = self._seconds("queue", "Waiting for the model.", FINE_SECONDS)
        self.compute = self._seconds("compute", "Inside onnxruntime, for the batch that a request was part of.")
        self.batch = self._histogram("batch_size", "Rows of a batch.", ROWS)
        self.bins = self._drift("feature_bins", "Values by the bin of bundle.json's features.", "feature", "bin")
        self.missing = self._drift("feature_missing", "Values that were NaN or empty.", "feature")
        self.unseen = self._drift("feature_unseen", "Values that are no category that training saw.", "feature")
        self.outside = self._drift("feature_out_of_range", "Values beyond training's extremes.", "feature")
        self.scores = self._drift("score_bins", "Scores by the bin of bundle.json's scores.", "bin")
        self.feedback = self._counter("feedback", "Labels by what became of them.", "outcome")
        self.confusion = self._drift("confusion", "Labelled rows by class.", "predicted", "actual")
        self.labelled = self._drift("regression_labels", "Labelled rows.")
        self.absolute = self._drift("regression_absolute_error", "Sum of |prediction - label|.")
        self.squared = self._drift("regression_squared_error", "Sum of (prediction - label)^2.")
        self.fourth = self._drift("regression_fourth_error", "Sum of (prediction - label)^4.")
        self.group_predictions = self._drift("group_predictions", "Rows by group.", "column", "group", "predicted")
        self.group_confusion = self._drift(
            "group_confusion", "Labelled rows by group.", "column", "group", "predicted", "actual"
        )
        self.payloads = self._counter("payloads", "Events of the payload log by what became of them.", "outcome")
        self.traces = self._counter("traces", "Sampled requests by whether the collector took them.", "outcome")

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"colonnade_{name}", says, ("model", *labels), registry=self._registry)

    def _drift(self, name: str, says: str, *labels: str) -> Counter:
        """bundle tells one version's bins from another's: they are not to be added. start tells one start of the
        server from the next: no series ever falls, so that what a window adds is known to the row."""
        return self._counter(name, says, "bundle", "start", *labels)

    def _gauge(self, name: str, says: str, *labels: str, mode: Any = "livesum") -> Gauge:
        return Gauge(f"colonnade_{name}", says, labels, registry=self._registry, multiprocess_mode=mode)

    def _seconds(self, name: str, says: str, buckets: tuple[float, ...] = FINE_SECONDS) -> Tally:
        return self._histogram(f"{name}_duration_seconds", says, buckets)

    def _histogram(self, name: str, says: str, buckets: tuple[float, ...]) -> Tally:
        return Tally(f"colonnade_{name}", says, ("model",), buckets=buckets, registry=self._registry)
