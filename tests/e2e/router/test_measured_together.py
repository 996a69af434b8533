"""Many canaries beside one Prometheus: what it is asked doesn't grow with them."""

import asyncio
from datetime import UTC, datetime, timedelta

from colonnade.kube.kinds import DEPLOYMENTS, Key
from colonnade.observe.batching import RouterMetrics
from colonnade.observe.measure import measure
from colonnade.signals.evidence import Counts, Exposure
from colonnade_api import ErrorRateSignal, LatencySignal
from tests.e2e.router.backends import failing, some
from tests.e2e.router.household import Household
from tests.e2e.router.load import Client
from tests.e2e.router.metrics import Scraper

CANARIES = 12
ERRORS = ErrorRateSignal(name="errors", type="ErrorRate", max=0.01)
SLOW = LatencySignal(name="slow", type="Latency", quantile=0.99, max_duration=timedelta(seconds=5))


async def test_many_canaries_are_measured_by_two_queries_and_each_has_its_own_numbers(
    router: Household, client: Client, scraper: Scraper
):
    backends = {}
    for number in range(CANARIES):
        await router.pod(f"air/trip-{number}", f"s{number}")
        backends[number] = await router.pod(f"air/trip-{number}", f"c{number}", some(number + 2, failing))
        await router.deploy(f"air/trip-{number}", f"s{number}", candidate=f"c{number}", weight=50)
    since = datetime.now(UTC)
    for number in range(CANARIES):
        assert (await client.load(f"trip-{number}.air", 40 + number)).failures == []
    await scraper.scrapes()
    metrics, before = RouterMetrics(scraper.prometheus), await scraper.queries()

    async def measured(number: int):
        deployment, exposure = (
            Key(DEPLOYMENTS, "air", f"trip-{number}"),
            Exposure(f"c{number}", f"s{number}", since, since),
        )
        return (await measure(metrics, deployment, (ERRORS, SLOW), exposure, datetime.now(UTC))).evidence

    found = await asyncio.gather(*map(measured, range(CANARIES)))
    assert await scraper.queries() - before == 2
    for number, (errors, slow) in enumerate(found):
        asked = backends[number].answered
        assert errors.own == Counts(total=asked, bad=asked // (number + 2))
        assert isinstance(slow.own, Counts)
        assert slow.own.total == asked - asked // (number + 2)
