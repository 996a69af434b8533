"""What the operator says about itself at /metrics."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from colonnade.kube.kinds import Key, Resource

PASS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """A registry of its own, so that several operators can live in one test process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._passes = self._histogram("pass_duration_seconds", "One pass over one object.", "kind")
        self._errors = self._counter("pass_errors", "Passes that ended in an error and are retried.", "kind", "reason")
        self._writes = self._counter("writes", "Writes that the API server accepted.", "verb", "resource")
        self._missed = self._counter("missed_events", "Changes that a relist found and no watch had told.", "resource")
        self._restarts = self._counter("watch_restarts", "Times that the watches were started anew.")
        self._age = self._gauge("watch_age_seconds", "Since the watch was last proved to be complete.", "resource")
        self._depth = self._gauge("queue_depth", "Objects that are due and wait for a worker.")
        self._running = self._gauge("passes_running", "Passes under way.")
        self._leader = self._gauge("leader", "1 where this replica leads.")

    def passed(self, key: Key, seconds: float) -> None:
        self._passes.labels(key.resource.kind).observe(seconds)

    def failed(self, key: Key, reason: str) -> None:
        self._errors.labels(key.resource.kind, reason).inc()

    def wrote(self, verb: str, resource: Resource) -> None:
        self._writes.labels(verb, str(resource)).inc()

    def missed(self, resource: Resource, changes: int) -> None:
        self._missed.labels(str(resource)).inc(changes)

    def restarted(self) -> None:
        self._restarts.inc()

    def ask_queue(self, depth: Callable[[], int], running: Callable[[], int]) -> None:
        self._depth.set_function(lambda: float(depth()))
        self._running.set_function(lambda: float(running()))

    def ask_leadership(self, holds: Callable[[], bool]) -> None:
        self._leader.set_function(lambda: float(holds()))

    def ask_watch_age(self, resource: Resource, age: Callable[[], float]) -> None:
        self._age.labels(str(resource)).set_function(age)

    def text(self) -> bytes:
        return generate_latest(self.registry)

    def _counter(self, name: str, help_: str, *labels: str) -> Counter:
        return Counter(f"colonnade_operator_{name}", help_, labels, registry=self.registry)

    def _gauge(self, name: str, help_: str, *labels: str) -> Gauge:
        return Gauge(f"colonnade_operator_{name}", help_, labels, registry=self.registry)

    def _histogram(self, name: str, help_: str, *labels: str) -> Histogram:
        return Histogram(f"colonnade_operator_{name}", help_, labels, registry=self.registry, buckets=PASS_SECONDS)
