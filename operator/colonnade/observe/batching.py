"""What the routers counted, of many Deployments by one query.

Passes that come together share a query, and whoever is soon due to look again is asked for along with them: however
many canaries one Prometheus measures, it is asked a few times an interval.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from colonnade.kube.kinds import Key
from colonnade.observe.paced import PacedReads
from colonnade.observe.prometheus import Prometheus, PrometheusError
from colonnade.signals.queries import COUNTERS, DURATIONS, LIVE, LOOKBACK, Family
from colonnade.signals.series import Series

FRESH_SHARE = 0.1
"""Of the time between two looks: what is no older than that is as good as new,"""
MOST_FRESH = timedelta(seconds=0.5)
"""and never what is older than that."""
FIRST_GAP = timedelta(seconds=5)
"""Until the second look, where a policy says nothing else."""


Query = Callable[[str, datetime], Awaitable[tuple[Series, ...]]]


@dataclass(frozen=True)
class Read:
    """One Deployment's series since then. revisions: none for all of them."""

    deployment: Key
    since: datetime
    revisions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Look:
    """When a Deployment was looked at, and how long after the look before."""

    read: Read
    at: datetime
    gap: timedelta = FIRST_GAP

    @property
    def due(self) -> datetime:
        """The next one."""
        return self.at + self.gap

    @property
    def fresh(self) -> timedelta:
        return min(self.gap * FRESH_SHARE, MOST_FRESH)


@dataclass(frozen=True)
class Answer:
    """What Prometheus had of a read at that time."""

    read: Read
    at: datetime
    found: tuple[Series, ...] | PrometheusError

    def serves(self, look: Look) -> bool:
        covered = self.read.since <= look.read.since and self.read.revisions == look.read.revisions
        return covered and look.at - self.at <= look.fresh

    def series(self, read: Read, now: datetime) -> tuple[Series, ...]:
        """Of the read's own time alone, as if it had been asked for alone. Raises PrometheusError."""
        if isinstance(self.found, PrometheusError):
            raise self.found
        begin, end = (read.since - LOOKBACK).timestamp(), now.timestamp()
        within = (series.between(begin, end) for series in self.found)
        return tuple(series for series in within if series.samples)


class BatchedReads:
    """Of one family of series from one Prometheus. A Deployment is looked at by one pass at a time."""

    def __init__(self, query: Query, family: Family, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._query = query
        self._family = family
        self._clock = clock
        self._answers: dict[Key, Answer] = {}
        self._looks: dict[Key, Look] = {}  # the latest
        self._wanted: dict[Key, Read] = {}
        self._next: asyncio.Task[Mapping[Key, Answer]] | None = None
        self._turn = asyncio.Lock()

    async def read(self, read: Read, now: datetime) -> tuple[tuple[Series, ...], datetime]:
        """The series, and as of when. Raises PrometheusError."""
        look = self._noted(read, now)
        answer = self._answers.get(read.deployment)
        if answer is None or not answer.serves(look):
            answer = await self._asked(read)
        at = min(now, answer.at)
        return answer.series(read, at), at

    def _noted(self, read: Read, now: datetime) -> Look:
        before = self._looks.get(read.deployment)
        look = self._looks[read.deployment] = Look(read, now, now - before.at) if before else Look(read, now)
        return look

    async def _asked(self, read: Read) -> Answer:
        """By the next query: the one that is under way may tell of a time before this look."""
        self._wanted[read.deployment] = read
        if self._next is None:
            self._next = asyncio.create_task(self._in_turn())
        answers = await asyncio.shield(self._next)
        return answers[read.deployment]

    async def _in_turn(self) -> Mapping[Key, Answer]:
        async with self._turn:
            wanted, self._wanted, self._next = self._wanted, {}, None
            at = self._clock()
            self._forget_before(at)
            reads = {look.read.deployment: look.read for look in self._due_soon(at)} | wanted
            batches = list(in_batches(reads.values(), at, self._family))
            found = await asyncio.gather(*(self._answered(batch, at) for batch in batches))
            answers = {answer.read.deployment: answer for part in found for answer in part}
            self._answers |= answers
            return answers

    def _forget_before(self, at: datetime) -> None:
        """Who is overdue looks no more."""
        self._looks = {key: look for key, look in self._looks.items() if at <= look.due + look.fresh}
        self._answers = {key: one for key, one in self._answers.items() if at - one.at <= MOST_FRESH}

    def _due_soon(self, at: datetime) -> Iterator[Look]:
        """Those that will look while an answer of now is still fresh to them."""
        for key, look in self._looks.items():
            if look.due <= at + look.fresh and key not in self._answers:
                yield look

    async def _answered(self, batch: Sequence[Read], at: datetime) -> list[Answer]:
        try:
            found = await self._query(self._promql(batch, at), at)
        except PrometheusError as error:
            if not error.answered or len(batch) == 1:
                return [Answer(read, at, error) for read in batch]
            alone = [self._answered([read], at) for read in batch]  # the fault may be that of one of them
            return [answer for part in await asyncio.gather(*alone) for answer in part]
        return [Answer(read, at, its) for read, its in _by_read(batch, found)]

    def _promql(self, batch: Sequence[Read], at: datetime) -> str:
        window = at - min(read.since for read in batch)
        revisions = {revision for read in batch for revision in read.revisions}
        return self._family.query([read.deployment for read in batch], window, revisions)


class RouterMetrics:
    """What one Prometheus has of the routers, and of the serving pods."""

    def __init__(self, prometheus: Prometheus) -> None:
        self.prometheus = prometheus
        self.counters = BatchedReads(prometheus.query, COUNTERS)
        self.durations = BatchedReads(prometheus.query, DURATIONS)
        self.of_pods = PacedReads(prometheus)


def in_batches(reads: Iterable[Read], at: datetime, family: Family) -> Iterator[list[Read]]:
    """Like windows together, since the longest is every one's; and no more at once than a loop decodes in passing."""
    batch: list[Read] = []
    for read in sorted(reads, key=lambda read: read.since, reverse=True):
        if batch and family.points_in(at - read.since) * (len(batch) + 1) > family.batch_points:
            yield batch
            batch = []
        batch.append(read)
    if batch:
        yield batch


def _by_read(batch: Iterable[Read], found: Iterable[Series]) -> Iterator[tuple[Read, tuple[Series, ...]]]:
    live: list[Series] = []
    by_deployment: Mapping[tuple[str, str], list[Series]] = defaultdict(list)
    for series in found:
        if series.name == LIVE:
            live.append(series)
        else:
            by_deployment[series.deployment].append(series)
    for read in batch:
        its = by_deployment[read.deployment.namespace, read.deployment.name]
        yield read, (*live, *(one for one in its if not read.revisions or one.revision in read.revisions))
