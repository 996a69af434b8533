"""Each signal of a MonitorPolicy, measured on the revision that an exposure names."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from colonnade.manifests.resources import Key
from colonnade.observe.batching import Read, RouterMetrics
from colonnade.observe.evidence import Counted
from colonnade.observe.prometheus import Prometheus, PrometheusError, Series
from colonnade.observe.queries import COUNTERS, DURATIONS
from colonnade.plan.deployment.observed import Exposure, Traffic
from colonnade.signals.evidence import Comparison, Counts, Evidence, Missing, Sample, SignalEvidence
from colonnade_api import Signal, format_duration

UNLIMITED = Missing("NoData", "the signal has no maxDuration")
UNPROVEN = Missing("NoData", "no hold has begun, so no traffic was measured")

Asked = TypeVar("Asked")
Durations = Sequence[Series] | Missing
Answers = Mapping[str, Sequence[Series] | Missing]


@dataclass(frozen=True)
class Measured:
    """What `ObservedDeployment` has of it."""

    evidence: tuple[SignalEvidence, ...]
    traffic: Traffic | Missing


async def measure(
    metrics: RouterMetrics, deployment: Key, signals: Sequence[Signal], exposure: Exposure, now: datetime
) -> Measured:
    """Asks all that the signals need at the same time; what can't be had is Missing, and no error."""
    gauge = _Gauge(metrics, deployment, exposure, now)
    counted, durations, numbers = await asyncio.gather(
        gauge.counters(signals), gauge.durations(signals), gauge.numbers(signals)
    )
    if isinstance(counted, Missing):
        return Measured(tuple(gauge.unknown(signal, counted) for signal in signals), counted)
    return Measured(
        evidence=tuple(gauge.evidence(signal, counted, durations, numbers) for signal in signals),
        traffic=counted.traffic(exposure.subject, exposure.hold_since) if exposure.hold_since else UNPROVEN,
    )


@dataclass(frozen=True)
class _Gauge:
    metrics: RouterMetrics
    deployment: Key
    exposure: Exposure
    now: datetime

    async def counters(self, signals: Sequence[Signal]) -> Counted | Missing:
        since = min((self._since(signal) for signal in signals), default=self.exposure.since)
        begin = min(since, self.exposure.hold_since or since)
        answer = await _ask(self.metrics.counters.read(self._read(begin), self.now))
        return answer if isinstance(answer, Missing) else Counted(*answer)

    async def durations(self, signals: Sequence[Signal]) -> Durations:
        """Of the subject and what it is compared with, where a signal needs them."""
        since = [self._since(signal) for signal in signals if signal.type == "Latency"]
        if not since:
            return ()
        revisions = frozenset(one for one in (self.exposure.subject, self.exposure.baseline) if one)
        answer = await _ask(self.metrics.durations.read(self._read(min(since), revisions), self.now))
        return answer if isinstance(answer, Missing) else answer[0]

    def _read(self, since: datetime, revisions: frozenset[str] = frozenset()) -> Read:
        return Read(self.deployment, since, revisions)

    async def numbers(self, signals: Sequence[Signal]) -> Answers:
        """By signal, for those with a query of their own."""
        own = [signal for signal in signals if signal.type == "PromQL"]
        answers = await asyncio.gather(*(_ask(self._own_answer(one)) for one in own))
        return {signal.name: answer for signal, answer in zip(own, answers, strict=True)}

    async def _own_answer(self, signal: Signal) -> tuple[Series, ...]:
        return await self.metrics.prometheus.query(self._own_query(signal), self.now)

    def evidence(self, signal: Signal, counted: Counted, durations: Durations, numbers: Answers) -> SignalEvidence:
        own: Evidence
        compared: Comparison | None = None
        match signal.type:
            case "ErrorRate":
                own, compared = self._errors(signal, counted)
            case "Latency":
                own, compared = self._latency(signal, counted, durations)
            case "PromQL":
                own = self._sample(signal, counted, numbers[signal.name])
        return SignalEvidence(signal.name, self._query(signal), own, compared, counted.scraped_at)

    def unknown(self, signal: Signal, why: Missing) -> SignalEvidence:
        return SignalEvidence(signal.name, self._query(signal), why)

    def _errors(self, signal: Signal, counted: Counted) -> tuple[Evidence, Comparison | None]:
        since, baseline = self._since(signal), self.exposure.baseline
        own = counted.failures(self.exposure.subject, since)
        if baseline is None:
            return own, None
        return own, Comparison(own, counted.failures(baseline, since), query=self._query(signal))

    def _latency(self, signal: Signal, counted: Counted, durations: Durations) -> tuple[Evidence, Comparison | None]:
        if isinstance(durations, Missing):
            return durations, None
        own_counts: Evidence = UNLIMITED
        if signal.max_duration is not None:
            own_counts = self._slower(signal, counted, durations, self.exposure.subject, signal.max_duration)
        return own_counts, self._beside_stable(signal, counted, durations)

    def _beside_stable(self, signal: Signal, counted: Counted, durations: Sequence[Series]) -> Comparison | None:
        """Both by stable's own quantile, times what the signal allows."""
        baseline = self.exposure.baseline
        if baseline is None or signal.max_ratio is None:
            return None
        query = self._durations_query(baseline, self.now - self._since(signal))
        usual = counted.quantile(durations, baseline, signal.quantile or 0.0, self._since(signal))
        if isinstance(usual, Missing):
            return Comparison(usual, usual, query=query)
        limit = timedelta(seconds=usual * signal.max_ratio)
        return Comparison(
            candidate=self._slower(signal, counted, durations, self.exposure.subject, limit),
            stable=self._slower(signal, counted, durations, baseline, limit),
            limit=limit.total_seconds(),
            query=query,
        )

    def _slower(
        self, signal: Signal, counted: Counted, durations: Sequence[Series], revision: str, limit: timedelta
    ) -> Counts | Missing:
        return counted.slower(durations, revision, limit, signal.quantile or 0.0, self._since(signal))

    def _sample(self, signal: Signal, counted: Counted, number: Sequence[Series] | Missing) -> Sample | Missing:
        if isinstance(number, Missing):
            return number
        if len(number) != 1 or not number[0].samples:
            said = f"{signal.name}: the query gives {len(number)} series where one number is wanted"
            return Missing("Error", f"{said}; aggregate it, such as sum(...)") if number else Missing("NoData", said)
        requests = counted.failures(self.exposure.subject, self._since(signal))
        return Sample(number[0].samples[-1][1], None if isinstance(requests, Missing) else requests.total)

    def _query(self, signal: Signal) -> str:
        """What a person may ask again."""
        window = self.now - self._since(signal)
        match signal.type:
            case "ErrorRate":
                return COUNTERS.query([self.deployment], window)
            case "Latency":
                return self._durations_query(self.exposure.subject, window)
            case "PromQL":
                return self._own_query(signal)

    def _durations_query(self, revision: str, window: timedelta) -> str:
        return DURATIONS.query([self.deployment], window, [revision])

    def _own_query(self, signal: Signal) -> str:
        filled = {
            "revision": self.exposure.subject,
            "stable": self.exposure.baseline or "",
            "deployment": self.deployment.name,
            "namespace": self.deployment.namespace,
            "window": format_duration(signal.window),
        }
        query = signal.query or ""
        for name, value in filled.items():
            query = query.replace(f"{{{{{name}}}}}", value)
        return query

    def _since(self, signal: Signal) -> datetime:
        return max(self.exposure.since, self.now - signal.window)


async def _ask(answer: Awaitable[Asked]) -> Asked | Missing:
    try:
        return await answer
    except PrometheusError as error:
        return Missing("Error", str(error))


async def reach(prometheus: Prometheus, now: datetime) -> Missing | None:
    """None when it answers."""
    answer = await _ask(prometheus.query("1", now))
    return answer if isinstance(answer, Missing) else None
