"""PromQL for the series that `colonnade/router/telemetry.py` makes Envoy count, as raw scrapes.

`increase()` would extrapolate, and miss a counter's first steps.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

TRIES = "envoy_colonnade_tries"
REQUESTS = "envoy_colonnade_requests"
ANSWERED = "envoy_colonnade_answer_us_bucket"
UNANSWERED = "envoy_colonnade_unanswered_ms_bucket"
KNOWN = "envoy_cluster_upstream_rq_total"  # there as soon as a router knows the Deployment
LIVE = "envoy_server_live"  # in each scrape, without any label of ours

LOOKBACK = timedelta(seconds=60)  # where the last scrape before the window is looked for
LIKELY_SCRAPE_SECONDS = 5.0


class Named(Protocol):
    """A Deployment, as its routers label it."""

    @property
    def namespace(self) -> str: ...

    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class Family:
    """Series that are asked for together.

    points: samples of one series at most. batch_points: the same of all Deployments in one query, below twice `points`:
    a window so long that its samples are thinned out is asked for alone.
    """

    names: tuple[str, ...]
    points: int
    batch_points: int

    def query(self, deployments: Collection[Named], window: timedelta, revisions: Iterable[str] = ()) -> str:
        """Over a window that ends with the asking; of all revisions where none is named.

        Names that several namespaces share come along from each of them.
        """
        labels = {
            "namespace": {key.namespace for key in deployments},
            "deployment": {key.name for key in deployments},
            "revision": set(revisions),
        }
        matchers = "".join(
            f',colonnade_{name}=~"{"|".join(sorted(values))}|"' for name, values in labels.items() if values
        )  # with an empty alternative, for LIVE
        return f'{{__name__=~"{"|".join(self.names)}"{matchers}}}' + self._range(window)

    def points_in(self, window: timedelta) -> float:
        return min(self.points, _seconds(window) / LIKELY_SCRAPE_SECONDS)

    def _range(self, window: timedelta) -> str:
        """Raw samples while they aren't too many, else one in so many seconds."""
        seconds = _seconds(window)
        thinned = seconds > self.points * LIKELY_SCRAPE_SECONDS
        return f"[{seconds}s:{seconds // self.points}s]" if thinned else f"[{seconds}s]"


COUNTERS = Family((TRIES, REQUESTS, KNOWN, LIVE), points=4320, batch_points=5000)
"""What became of tries and requests, raw for six hours: some twenty series a Deployment."""
DURATIONS = Family((ANSWERED, UNANSWERED, LIVE), points=720, batch_points=1400)
"""How long tries took, raw for an hour: some fifty series a revision."""


def _seconds(window: timedelta) -> int:
    return int((window + LOOKBACK).total_seconds())
