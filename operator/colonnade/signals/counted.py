"""What the routers counted, out of raw scrapes (`queries`).

Samples of one scrape share their timestamp, so a counter that is absent from a scrape, in which its router was present,
stood at 0 then.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from statistics import median

from colonnade.formatting import clock_time
from colonnade.signals.evidence import Counts, Missing, Traffic
from colonnade.signals.queries import ANSWERED, KNOWN, LIKELY_SCRAPE_SECONDS, LIVE, REQUESTS, TRIES, UNANSWERED
from colonnade.signals.series import Instance, Series

NO_ANSWER = "0"
NO_FLAGS = "-"
LATE = "UT"
BROKEN = {LATE, "UC", "UF", "UPE", "UR"}  # whatever the code: an answer that broke off had said 200 before
GRPC_FAILURES = {"2", "4", "13", "14", "15"}  # what REST says by 5xx; gRPC's code is 200 in any case
REFUSED_CODES, INVALID_ARGUMENT = {"400", "413", "415", "422"}, "3"
NO_GRPC_ERROR = (None, "", "0")
CLIENT_ERROR, SERVER_ERROR = 400, 500
MICROSECONDS = {ANSWERED: 1.0, UNANSWERED: 1000.0}

STALE_AFTER_SCRAPES = 3

Scrapes = Mapping[Instance, Sequence[float]]  # when each router was scraped
Start = Callable[[Sequence[float]], Sequence[float]]
Buckets = Mapping[float, float]


@dataclass(frozen=True)
class Counted:
    """counters: the answer to a query of COUNTERS, asked at `at`."""

    counters: Sequence[Series]
    at: datetime

    @property
    def scraped_at(self) -> datetime | None:
        """The newest scrape that is in here."""
        newest = max((at for series in self._of(KNOWN) for at, _ in series.samples), default=None)
        return None if newest is None else datetime.fromtimestamp(newest, UTC)

    def missing(self) -> Missing | None:
        """Why nothing can be said: no router was scraped, or none lately."""
        if self.scraped_at is None:
            return Missing("NoData", "Prometheus has no scrape of a router that knows this Deployment")
        age = (self.at - self.scraped_at).total_seconds()
        if age > STALE_AFTER_SCRAPES * self._scrape_seconds:
            return Missing("NoData", f"the routers were last scraped at {clock_time(self.scraped_at)}")
        return None

    def failures(self, revision: str, since: datetime) -> Counts | Missing:
        """Tries of the revision, and those without a good answer in time: 5xx, broken, refused, past its timeout.

        Of gRPC's statuses those that stand for 5xx. A try whose client left before its time was up says nothing and
        isn't counted. What the revision refused as the client's fault is a failure where stable answered it well.
        """
        if missing := self.missing():
            return missing
        total = bad = 0.0
        for series in self._of(TRIES, revision):
            if (series.labels["code"], series.labels["flags"]) != (NO_ANSWER, NO_FLAGS):
                tries = _increase(series, self._scrapes, _from_before(since))
                total += tries
                bad += tries if _failed(series.labels) else 0.0
        return Counts(total=round(total), bad=min(round(total), round(bad) + self._refused_alone(revision, since)))

    def _refused_alone(self, candidate: str, since: datetime) -> int:
        """Requests to which the candidate objected and stable did not: no more than it objected to and stable, asked
        next, didn't object to as well, and no more than stable answered well."""
        start = _from_before(since)
        asked_first = [one for one in self._of(REQUESTS) if one.labels.get("candidate") == candidate]
        by_stable = [one for one in asked_first if one.revision != candidate]

        def total(series: Iterable[Series], holds: Callable[[Mapping[str, str]], bool]) -> float:
            return sum(_increase(one, self._scrapes, start) for one in series if holds(one.labels))

        refused = total(self._of(TRIES, candidate), _refused) - total(asked_first, _refused)
        return max(0, round(min(refused, total(by_stable, _answered))))

    def slower(
        self, durations: Sequence[Series], revision: str, limit: timedelta, quantile: float, since: datetime
    ) -> Counts | Missing:
        """Tries of the revision that took longer than `limit`; `value` is the quantile in seconds.

        durations: the answer to a query of DURATIONS, as of the same time. What was past its timeout is slower than any
        limit; what failed at once is no matter of time and isn't counted, nor a try whose client left within the limit.
        """
        if missing := self.missing():
            return missing
        start, scrapes = _from_before(since), _scrapes(durations)
        own = [one for one in durations if one.revision == revision]
        unanswered = [one for one in own if one.name == UNANSWERED]
        answered = _buckets((one for one in own if one.name == ANSWERED), scrapes, start)
        late = _buckets((one for one in unanswered if LATE in one.labels["flags"]), scrapes, start)
        left = _buckets((one for one in unanswered if one.labels["flags"] == NO_FLAGS), scrapes, start)
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
        tried = sum(_increase(series, self._scrapes, start) for series in self._of(TRIES, candidate))
        total = sum(_increase(series, self._scrapes, start) for series in self._of(REQUESTS))
        return Traffic(candidate=round(tried), total=max(round(total), round(tried)))

    @cached_property
    def _scrapes(self) -> Scrapes:
        knowing = {series.instance for series in self._of(KNOWN)}
        return {instance: times for instance, times in _scrapes(self.counters).items() if instance in knowing}

    @property
    def _scrape_seconds(self) -> float:
        gaps = [after - before for times in self._scrapes.values() for before, after in pairwise(times)]
        return median(gaps) if gaps else LIKELY_SCRAPE_SECONDS

    def _of(self, name: str, revision: str | None = None) -> Iterable[Series]:
        for series in self.counters:
            ours = series.name == name and bool(series.labels.get("colonnade_deployment"))
            if ours and revision in (None, series.revision):
                yield series


def _scrapes(answer: Iterable[Series]) -> Scrapes:
    return {series.instance: [at for at, _ in series.samples] for series in answer if series.name == LIVE}


def _increase(series: Series, scrapes: Scrapes, start: Start) -> float:
    """A counter that falls began anew at 0, with its router."""
    values, times = dict(series.samples), start(scrapes.get(series.instance, ()))
    steps = pairwise(values.get(at, 0.0) for at in times)
    return sum(after - before if after >= before else after for before, after in steps)


def _buckets(series: Iterable[Series], scrapes: Scrapes, start: Start) -> Buckets:
    """Tries within each bound, in microseconds."""
    found: dict[float, float] = defaultdict(float)
    for one in series:
        found[float(one.labels["le"]) * MICROSECONDS[one.name]] += _increase(one, scrapes, start)
    return dict(sorted(found.items()))


def _from_before(since: datetime) -> Start:
    """From the last scrape at or before it, if there is one."""
    begin = since.timestamp()
    return lambda times: times[max(0, sum(at <= begin for at in times) - 1) :]


def _from_after(since: datetime) -> Start:
    begin = since.timestamp()
    return lambda times: [at for at in times if at >= begin]


def _failed(labels: Mapping[str, str]) -> bool:
    if labels["code"] == NO_ANSWER or int(labels["code"]) >= SERVER_ERROR:
        return True
    return labels.get("grpc") in GRPC_FAILURES or not BROKEN.isdisjoint(labels["flags"].split(","))


def _refused(labels: Mapping[str, str]) -> bool:
    """The server says that its client is at fault."""
    return labels["code"] in REFUSED_CODES or labels.get("grpc") == INVALID_ARGUMENT


def _answered(labels: Mapping[str, str]) -> bool:
    return 0 < int(labels["code"]) < CLIENT_ERROR and labels.get("grpc") in NO_GRPC_ERROR


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
