"""What the routers counted, out of raw scrapes: `increase()` would extrapolate, and miss a counter's first steps.

The series are those of `colonnade/router/telemetry.py`. Samples of one scrape share their timestamp, so a counter that
is absent from a scrape, in which its router was present, stood at 0 then.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from statistics import median

from colonnade.observe.prometheus import Series
from colonnade.plan.observed import Counts, Missing, Traffic

TRIES = "envoy_colonnade_tries"
REQUESTS = "envoy_colonnade_requests"
ANSWERED = "envoy_colonnade_answer_us_bucket"
UNANSWERED = "envoy_colonnade_unanswered_ms_bucket"
PRESENT = "envoy_cluster_upstream_rq_total"  # there from the moment on when a router knows the revision

NO_ANSWER = "0"
NO_FLAGS = "-"
LATE = "UT"
SERVER_ERROR = 500
MICROSECONDS = {ANSWERED: 1.0, UNANSWERED: 1000.0}

LOOKBACK = timedelta(seconds=60)  # where the last scrape before the window is looked for
RAW_FOR = timedelta(hours=1)
POINTS = 720  # of a window for which raw samples would be too many
STALE_AFTER_SCRAPES = 3
LIKELY_SCRAPE_SECONDS = 5.0

Instance = tuple[str, str]
Buckets = Mapping[float, float]


def counters_query(namespace: str, deployment: str, window: timedelta) -> str:
    """PromQL for what the routers counted of all its revisions, over a window that ends with the asking."""
    labels = f'colonnade_namespace="{namespace}",colonnade_deployment="{deployment}"'
    return f'{{__name__=~"{TRIES}|{REQUESTS}|{PRESENT}",{labels}}}{_range(window)}'


def durations_query(namespace: str, deployment: str, revision: str, window: timedelta) -> str:
    """PromQL for how long this revision's tries took, over a window that ends with the asking."""
    labels = f'colonnade_namespace="{namespace}",colonnade_deployment="{deployment}",colonnade_revision="{revision}"'
    return f'{{__name__=~"{ANSWERED}|{UNANSWERED}",{labels}}}{_range(window)}'


@dataclass(frozen=True)
class Counted:
    """counters: the answer to `counters_query`, asked at `at`."""

    counters: Sequence[Series]
    at: datetime

    @property
    def scraped_at(self) -> datetime | None:
        """The newest scrape that is in here."""
        newest = max((times[-1] for times in self._scrapes.values()), default=None)
        return None if newest is None else datetime.fromtimestamp(newest, UTC)

    def missing(self) -> Missing | None:
        """Why nothing can be said: no router was scraped, or none lately."""
        if self.scraped_at is None:
            return Missing("NoData", "Prometheus has no scrape of a router that knows this Deployment")
        age = (self.at - self.scraped_at).total_seconds()
        if age > STALE_AFTER_SCRAPES * self._scrape_seconds:
            return Missing("NoData", f"the routers were last scraped {age:.0f} s ago")
        return None

    def failures(self, revision: str, since: datetime) -> Counts | Missing:
        """Tries of the revision, and those without a good answer in time: 5xx, broken, refused, past its timeout.

        A try whose client left before its time was up says nothing and isn't counted.
        """
        if missing := self.missing():
            return missing
        total = bad = 0.0
        for series in self._of(TRIES, revision):
            code, flags = series.labels["code"], series.labels["flags"]
            if (code, flags) != (NO_ANSWER, NO_FLAGS):
                tries = self._increase(series, _from_before(since))
                total += tries
                bad += tries if _failed(code, flags) else 0.0
        return Counts(total=round(total), bad=round(bad))

    def slower(
        self, durations: Sequence[Series], revision: str, limit: timedelta, quantile: float, since: datetime
    ) -> Counts | Missing:
        """Tries of the revision that took longer than `limit`; `value` is the quantile in seconds.

        durations: the answer to `durations_query`, asked at the same time. What was past its timeout is slower than any
        limit; what failed at once is no matter of time and isn't counted, nor a try whose client left within the limit.
        """
        if missing := self.missing():
            return missing
        start, own = _from_before(since), [one for one in durations if one.labels.get("colonnade_revision") == revision]
        answered = self._buckets(own, start, lambda one: _name(one) == ANSWERED)
        late = self._buckets(own, start, lambda one: _name(one) == UNANSWERED and LATE in one.labels["flags"])
        left = self._buckets(own, start, lambda one: _name(one) == UNANSWERED and one.labels["flags"] == NO_FLAGS)
        limit_us = limit / timedelta(microseconds=1)
        bad = _above(answered, limit_us) + _total(late) + _above(left, limit_us)
        total = _total(answered) + _total(late) + _above(left, limit_us)
        value = _quantile(_merged(answered, late), quantile)
        return Counts(total=max(round(total), round(bad)), bad=round(bad), value=None if value is None else value / 1e6)

    def quantile(self, durations: Sequence[Series], revision: str, quantile: float, since: datetime) -> float | Missing:
        """Seconds within which this share of the revision's tries was over."""
        if isinstance(counts := self.slower(durations, revision, timedelta.max, quantile, since), Missing):
            return counts
        if counts.value is None:
            return Missing("NoData", f"revision {revision} had no request to take the time of")
        return counts.value

    def traffic(self, candidate: str, since: datetime) -> Traffic | Missing:
        """Requests that went to the candidate first, of all; between the first scrape after `since` and the last one.

        Not from a scrape before it: the requests in between went by the weight that was in force then.
        """
        if missing := self.missing():
            return missing
        start = _from_after(since)
        tried = sum(self._increase(series, start) for series in self._of(TRIES, candidate))
        total = sum(self._increase(series, start) for series in self._of(REQUESTS))
        return Traffic(candidate=round(tried), total=max(round(total), round(tried)))

    @cached_property
    def _scrapes(self) -> Mapping[Instance, Sequence[float]]:
        times: dict[Instance, set[float]] = defaultdict(set)
        for series in self.counters:
            if _name(series) == PRESENT:
                times[_instance(series)].update(at for at, _ in series.samples)
        return {instance: sorted(found) for instance, found in times.items() if found}

    @property
    def _scrape_seconds(self) -> float:
        gaps = [after - before for times in self._scrapes.values() for before, after in pairwise(times)]
        return median(gaps) if gaps else LIKELY_SCRAPE_SECONDS

    def _of(self, name: str, revision: str | None = None) -> Iterable[Series]:
        for series in self.counters:
            if _name(series) == name and revision in (None, series.labels["colonnade_revision"]):
                yield series

    def _increase(self, series: Series, start: "Start") -> float:
        """A counter that falls began anew at 0, with its router."""
        values, times = dict(series.samples), start(self._scrapes.get(_instance(series), ()))
        steps = pairwise(values.get(at, 0.0) for at in times)
        return sum(after - before if after >= before else after for before, after in steps)

    def _buckets(self, durations: Sequence[Series], start: "Start", wanted: Callable[[Series], bool]) -> Buckets:
        """Tries within each bound, in microseconds."""
        found: dict[float, float] = defaultdict(float)
        for series in durations:
            if wanted(series):
                found[float(series.labels["le"]) * MICROSECONDS[_name(series)]] += self._increase(series, start)
        return dict(sorted(found.items()))


Start = Callable[[Sequence[float]], Sequence[float]]


def _from_before(since: datetime) -> Start:
    """From the last scrape at or before it, if there is one."""
    begin = since.timestamp()
    return lambda times: times[max(0, sum(at <= begin for at in times) - 1) :]


def _from_after(since: datetime) -> Start:
    begin = since.timestamp()
    return lambda times: [at for at in times if at >= begin]


def _failed(code: str, flags: str) -> bool:
    return code == NO_ANSWER or int(code) >= SERVER_ERROR or LATE in flags


def _total(buckets: Buckets) -> float:
    return buckets.get(float("inf"), 0.0)


def _above(buckets: Buckets, limit: float) -> float:
    """How many lie above the limit, as if those within a bucket were spread evenly."""
    before, before_count = 0.0, 0.0
    for bound, count in buckets.items():
        if limit <= bound:
            share = 0.0 if bound == float("inf") else (limit - before) / (bound - before)
            return _total(buckets) - (before_count + (count - before_count) * share)
        before, before_count = bound, count
    return 0.0


def _quantile(buckets: Buckets, quantile: float) -> float | None:
    """None without any; the last finite bound where it lies above that."""
    wanted = quantile * _total(buckets)
    before, before_count = 0.0, 0.0
    for bound, count in buckets.items():
        if count >= wanted and count > before_count:
            return (
                before
                if bound == float("inf")
                else before + (bound - before) * (wanted - before_count) / (count - before_count)
            )
        before, before_count = bound, count
    return None


def _merged(*buckets: Buckets) -> Buckets:
    bounds = sorted({bound for one in buckets for bound in one})
    return {bound: sum(one.get(bound, 0.0) for one in buckets) for bound in bounds}


def _range(window: timedelta) -> str:
    """Raw samples as far as that is sensible, else one in so many seconds."""
    whole = window + LOOKBACK
    seconds = int(whole.total_seconds())
    return f"[{seconds}s]" if whole <= RAW_FOR else f"[{seconds}s:{seconds // POINTS}s]"


def _name(series: Series) -> str:
    return series.labels.get("__name__", "")


def _instance(series: Series) -> Instance:
    return series.labels.get("job", ""), series.labels.get("instance", "")
