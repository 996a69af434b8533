"""Each signal of a MonitorPolicy, measured on the revision that an exposure names."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from colonnade.kube.kinds import Key
from colonnade.observe.batching import Read, RouterMetrics
from colonnade.observe.prometheus import Prometheus, PrometheusError
from colonnade.signals.counted import Counted
from colonnade.signals.evidence import Exposure, Missing, OfPods, SignalEvidence, Traffic
from colonnade.signals.reading import About, Answer, Seen
from colonnade.signals.registry import type_of
from colonnade.signals.series import Series
from colonnade_api import Signal

UNASKED = Counted((), datetime.min.replace(tzinfo=UTC))
UNPROVEN = Missing("NoData", "no hold has begun, so no traffic was measured")
Asked = TypeVar("Asked")


@dataclass(frozen=True)
class Measured:
    """What `ObservedDeployment` has of it."""

    evidence: tuple[SignalEvidence, ...]
    traffic: Traffic | Missing


async def measure(  # noqa: PLR0913, PLR0917 - what a measurement is about
    metrics: RouterMetrics,
    deployment: Key,
    signals: Sequence[Signal],
    exposure: Exposure,
    now: datetime,
    upstream: str = "",
) -> Measured:
    """Asks all that the signals need at the same time; what can't be had is Missing, and no error.

    upstream: see SignalEvidence.
    """
    asking = _Asking(metrics, deployment, About(deployment, exposure, now, upstream), signals)
    counted, durations, numbers = await asyncio.gather(asking.counters(), asking.durations(), asking.numbers())
    seen = Seen(UNASKED if isinstance(counted, Missing) else counted, durations, numbers)
    return Measured(
        evidence=tuple(
            asking.unknown(signal, counted)
            if isinstance(counted, Missing) and not type_of(signal).of_pods
            else asking.evidence(signal, seen)
            for signal in signals
        ),
        traffic=counted if isinstance(counted, Missing) else _traffic(counted, exposure),
    )


def _traffic(counted: Counted, exposure: Exposure) -> Traffic | Missing:
    return counted.traffic(exposure.subject, exposure.hold_since) if exposure.hold_since else UNPROVEN


@dataclass(frozen=True)
class _Asking:
    metrics: RouterMetrics
    deployment: Key
    about: About
    signals: Sequence[Signal]

    async def counters(self) -> Counted | Missing:
        """Of the routers; not asked for what merely serves, unless a signal needs them."""
        exposure = self.about.exposure
        windows = [self.about.since(signal) for signal in self.signals if not type_of(signal).of_pods]
        if exposure.standing and not windows:
            return UNASKED
        since = min(windows, default=exposure.since)
        read = Read(self.deployment, min(since, exposure.hold_since or since))
        answer = await _ask(self.metrics.counters.read(read, self.about.now))
        return answer if isinstance(answer, Missing) else Counted(*answer)

    async def durations(self) -> Answer:
        """Of the subject and what it is compared with, where a signal needs them."""
        since = [self.about.since(signal) for signal in self.signals if type_of(signal).durations]
        if not since:
            return ()
        revisions = frozenset(one for one in (self.about.subject, self.about.baseline) if one)
        read = Read(self.deployment, min(since), revisions)
        answer = await _ask(self.metrics.durations.read(read, self.about.now))
        return answer if isinstance(answer, Missing) else answer[0]

    async def numbers(self) -> Mapping[str, Answer]:
        own = [signal for signal in self.signals if type_of(signal).own_query]
        answers = await asyncio.gather(*(_ask(self._number(signal)) for signal in own))
        return {signal.name: answer for signal, answer in zip(own, answers, strict=True)}

    async def _number(self, signal: Signal) -> tuple[Series, ...]:
        query, about = self._query(signal), self.about
        if not type_of(signal).of_pods:
            return await self.metrics.prometheus.query(query, about.now)
        exposed = about.exposure
        of = (self.deployment, signal, exposed.subject, exposed.baseline, exposed.standing)
        return await self.metrics.of_pods.read(of, query, about.window(signal), about.now)

    def evidence(self, signal: Signal, seen: Seen) -> SignalEvidence:
        own, compared = type_of(signal).read(signal, self.about, seen)
        at = own.at if isinstance(own, OfPods) else seen.counted.scraped_at
        return SignalEvidence(signal.name, self._query(signal), own, compared, at, self.about.upstream)

    def unknown(self, signal: Signal, why: Missing) -> SignalEvidence:
        return SignalEvidence(signal.name, self._query(signal), why)

    def _query(self, signal: Signal) -> str:
        return type_of(signal).query(signal, self.about)


async def _ask(answer: Awaitable[Asked]) -> Asked | Missing:
    try:
        return await answer
    except PrometheusError as error:
        return Missing("Error", str(error))


async def reach(prometheus: Prometheus, now: datetime) -> Missing | None:
    """None when it answers."""
    answer = await _ask(prometheus.query("1", now))
    return answer if isinstance(answer, Missing) else None
