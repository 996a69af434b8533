"""Who shares a query with whom, and that nobody gets what is another's, too old, or of another time."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from colonnade.kube.kinds import DEPLOYMENTS
from colonnade.observe.batching import BatchedReads, Read, in_batches
from colonnade.observe.prometheus import PrometheusError
from colonnade.signals.queries import COUNTERS, LIVE, TRIES
from colonnade.signals.series import Series
from tests.unit.observe.cluster import key

KEYS = [key(DEPLOYMENTS, name) for name in ("boats", "flights", "trains")]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def after(seconds):
    return NOON + timedelta(seconds=seconds)


class Recorded:
    """A Prometheus that knows each Deployment's name as its only number, scraped each second since long ago."""

    def __init__(self, refuses=(), away=False):
        self.asked, self.refuses, self.away, self.held = [], refuses, away, None

    async def query(self, promql, at):
        self.asked.append(promql)
        if self.held:
            await self.held.wait()
        if self.away:
            raise PrometheusError("connection refused")
        if any(f"{name}|" in promql for name in self.refuses):
            raise PrometheusError("too many samples", answered=True)
        times = [(at + timedelta(seconds=second)).timestamp() for second in range(-600, 1)]
        own = [key for key in KEYS if f"{key.name}|" in promql]
        return (
            Series({"__name__": LIVE}, tuple((time, 1.0) for time in times)),
            *(Series(labels(key), tuple((time, float(KEYS.index(key))) for time in times)) for key in own),
        )


def labels(key):
    return {"__name__": TRIES, "colonnade_namespace": key.namespace, "colonnade_deployment": key.name}


class Clock:
    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


class Passes:
    def __init__(self, prometheus):
        self.clock, self.prometheus = Clock(), prometheus
        self.reads = BatchedReads(prometheus.query, COUNTERS, self.clock)

    async def look(self, number, seconds, since=-60):
        """The number that the Deployment is told, by a pass at that time."""
        self.clock.now = after(seconds)
        series, _ = await self.reads.read(Read(KEYS[number], after(since)), self.clock.now)
        (own,) = {value for one in series if one.labels["__name__"] == TRIES for _, value in one.samples}
        return own


async def test_passes_that_come_together_share_a_query():
    passes = Passes(Recorded())
    assert list(await asyncio.gather(*(passes.look(number, 0) for number in range(3)))) == [0, 1, 2]
    assert len(passes.prometheus.asked) == 1


async def test_who_will_look_soon_is_asked_for_along_and_asks_no_more():
    passes = Passes(Recorded())
    for number, second in ((0, 0), (1, 0.4)):
        await passes.look(number, second)
    assert await passes.look(0, 5) == 0
    assert await passes.look(1, 5.4) == 1
    assert len(passes.prometheus.asked) == 3


async def test_who_will_look_late_is_not_asked_for_along():
    passes = Passes(Recorded())
    for number, second in ((0, 0), (1, 2)):
        await passes.look(number, second)
    await passes.look(0, 5)
    assert KEYS[1].name not in passes.prometheus.asked[-1]


async def test_who_looks_no_more_is_asked_for_no_more():
    passes = Passes(Recorded())
    await passes.look(0, 0)
    await passes.look(1, 6)
    assert KEYS[0].name not in passes.prometheus.asked[-1]


async def test_an_answer_that_has_grown_old_is_not_told():
    passes = Passes(Recorded())
    await passes.look(0, 0)
    await passes.look(0, 1)
    assert len(passes.prometheus.asked) == 2


async def test_a_pass_that_comes_during_a_query_gets_the_next_one_however_long_the_first_takes():
    passes = Passes(Recorded())
    passes.prometheus.held = asyncio.Event()
    first = asyncio.create_task(passes.look(0, 0))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    second = asyncio.create_task(passes.look(1, 4))
    await asyncio.sleep(0)
    passes.prometheus.held.set()
    assert [await first, await second] == [0, 1]
    assert len(passes.prometheus.asked) == 2


async def test_a_query_that_is_refused_is_asked_for_each_alone_so_that_one_harms_nobody_else():
    passes = Passes(Recorded(refuses=[KEYS[1].name]))
    first, refused, last = await asyncio.gather(
        *(passes.look(number, 0) for number in range(3)), return_exceptions=True
    )
    assert (first, last) == (0, 2)
    assert isinstance(refused, PrometheusError)


async def test_a_prometheus_that_is_away_is_not_asked_for_each_alone():
    passes = Passes(Recorded(away=True))
    found = await asyncio.gather(*(passes.look(number, 0) for number in range(3)), return_exceptions=True)
    assert all(isinstance(one, PrometheusError) for one in found)
    assert len(passes.prometheus.asked) == 1


@pytest.mark.parametrize("since", [-30, -120])
async def test_each_gets_its_own_time_alone(since):
    reads = BatchedReads(Recorded().query, COUNTERS, Clock())
    both = (Read(KEYS[0], after(since)), Read(KEYS[1], after(-300)))
    (series, at), _ = await asyncio.gather(*(reads.read(read, NOON) for read in both))
    times = [time - NOON.timestamp() for one in series for time, _ in one.samples]
    assert (min(times), max(times), at) == (since - 59, 0, NOON)


def test_windows_whose_samples_are_thinned_out_are_asked_for_alone():
    hours = (8, 0.1, 7, 0.2)
    batches = in_batches((Read(KEYS[0], after(-3600 * each)) for each in hours), NOON, COUNTERS)
    assert [[read.since for read in batch] for batch in batches] == [
        [after(-360), after(-720)],
        [after(-3600 * 7)],
        [after(-3600 * 8)],
    ]
