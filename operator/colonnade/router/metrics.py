"""What the agent says about itself at /metrics."""

from contextlib import AbstractContextManager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from colonnade.router.state import State

BUILD_SECONDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0)


class Metrics:
    """A registry of its own, so that several agents can live in one test process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._refused = Counter(
            "colonnade_router_refused", "Resources that Envoy refused, by kind.", ("kind",), registry=self.registry
        )
        self._building = Histogram(
            "colonnade_router_build_seconds", "Making a snapshot.", buckets=BUILD_SECONDS, registry=self.registry
        )
        self._published = Counter(
            "colonnade_router_published", "Snapshots made because something changed.", registry=self.registry
        )
        self._deployments = Gauge(
            "colonnade_router_deployments", "Deployments in the latest snapshot.", registry=self.registry
        )
        self._leased = Gauge(
            "colonnade_router_leased", "1 while the operator's lease is seen to change.", registry=self.registry
        )
        self._relists = Counter(
            "colonnade_router_relists", "Watches begun anew by a list.", ("resource",), registry=self.registry
        )
        self._errors = Counter(
            "colonnade_router_watch_errors", "Watches that broke.", ("resource",), registry=self.registry
        )

    def refused(self, kind: str, _words: str) -> None:
        self._refused.labels(kind.rsplit(".", 1)[-1]).inc()

    def building(self) -> AbstractContextManager[object]:
        return self._building.time()

    def published(self, state: State, leased: bool) -> None:
        self._published.inc()
        self._deployments.set(len(state.splits))
        self._leased.set(leased)

    def relisted(self, resource: str) -> None:
        self._relists.labels(resource).inc()

    def broke(self, resource: str) -> None:
        self._errors.labels(resource).inc()

    def text(self) -> bytes:
        return generate_latest(self.registry)
