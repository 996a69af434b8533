"""What the routers' counters say about a candidate, by way of a real Prometheus."""

from datetime import UTC, datetime, timedelta

import grpc
import pytest

from colonnade.signals.evidence import Counts, Exposure, Missing, Sample, Traffic
from colonnade_api import ErrorRateSignal, LatencySignal, PromQLSignal
from tests.e2e.router import calls
from tests.e2e.router.backends import breaking_off, failing, refusing, some, taking
from tests.e2e.router.calls import STREAM, Caller, CallPod
from tests.e2e.router.household import Household
from tests.e2e.router.load import Client
from tests.e2e.router.metrics import Scraper

FLIGHTS, HOST = "air/flights", "flights.air"
ERRORS = ErrorRateSignal(name="errors", type="ErrorRate", max=0.01)
SLOW = LatencySignal(name="slow", type="Latency", quantile=0.99, max_duration=timedelta(milliseconds=300))
SLOWER = LatencySignal(name="slower", type="Latency", quantile=0.9, compared_to="Stable", max_ratio=2)
LOUD = PromQLSignal(
    name="loud", type="PromQL", max=5, query='sum(envoy_colonnade_tries{colonnade_revision="{{revision}}"})'
)
MANY = PromQLSignal(name="many", type="PromQL", max=5, query="envoy_colonnade_tries")


async def exposed(router: Household, weight: int = 50) -> Exposure:
    """The candidate takes traffic from now on."""
    await router.deploy(FLIGHTS, "s1", candidate="c1", weight=weight)
    now = datetime.now(UTC)
    return Exposure("c1", "s1", since=now, hold_since=now)


async def test_each_try_and_each_failure_is_counted_exactly(router: Household, client: Client, scraper: Scraper):
    await router.pod(FLIGHTS, "s1")
    candidate = await router.pod(FLIGHTS, "c1", some(2, failing))
    exposure = await exposed(router)
    assert (await client.load(HOST, 1000)).failures == []
    await scraper.scrapes()
    errors = (await scraper.measure(exposure, ERRORS)).evidence[0]
    assert errors.own == Counts(total=candidate.answered, bad=candidate.answered // 2)
    assert errors.compared
    assert errors.compared.stable == Counts(total=1000 - candidate.answered + candidate.answered // 2, bad=0)
    assert errors.at
    assert timedelta(0) < datetime.now(UTC) - errors.at < timedelta(seconds=30)


async def test_each_call_that_fails_by_grpc_is_counted_exactly(router: Household, scraper: Scraper):
    pods = [CallPod("s1"), CallPod("c1", calls.some(2, calls.failing(grpc.StatusCode.INTERNAL)))]
    for pod in pods:
        await pod.start()
        router.join(FLIGHTS, pod)
    exposure = await exposed(router)
    caller = Caller(router.url, HOST)
    assert (await caller.load(600)).failures == []
    await scraper.scrapes()
    measured = await scraper.measure(exposure, ERRORS, SLOW)
    candidate, stable = (pod.answered for pod in pods[::-1])
    errors, slow = measured.evidence
    assert errors.own == Counts(total=candidate, bad=candidate // 2)
    assert errors.compared
    assert errors.compared.stable == Counts(total=stable, bad=0)
    assert isinstance(slow.own, Counts)
    assert slow.own.total == candidate - candidate // 2
    await caller.aclose()
    for pod in pods:
        await pod.stop()


async def test_each_refusal_that_is_the_candidates_own_is_counted_exactly(
    router: Household, client: Client, scraper: Scraper
):
    stable = await router.pod(FLIGHTS, "s1")
    candidate = await router.pod(FLIGHTS, "c1", some(2, refusing))
    exposure = await exposed(router)
    assert (await client.load(HOST, 400)).failures == []
    own = candidate.answered // 2
    stable.behave = refusing
    for _ in range(60):
        await client.ask(HOST)
    await scraper.scrapes()
    errors = (await scraper.measure(exposure, ERRORS)).evidence[0]
    assert errors.own == Counts(total=candidate.answered, bad=own)
    assert errors.compared
    assert isinstance(errors.compared.stable, Counts)
    assert errors.compared.stable.bad == 0


async def test_each_call_that_the_candidate_alone_refuses_is_counted_exactly(router: Household, scraper: Scraper):
    pods = [CallPod("s1"), CallPod("c1", calls.some(2, calls.failing(grpc.StatusCode.INVALID_ARGUMENT)))]
    for pod in pods:
        await pod.start()
        router.join(FLIGHTS, pod)
    exposure = await exposed(router)
    caller = Caller(router.url, HOST)
    assert (await caller.load(400)).failures == []
    await scraper.scrapes()
    (errors,) = (await scraper.measure(exposure, ERRORS)).evidence
    assert errors.own == Counts(total=pods[1].answered, bad=pods[1].answered // 2)
    await caller.aclose()
    for pod in pods:
        await pod.stop()


async def test_a_stream_that_its_client_keeps_open_is_neither_slow_nor_failed(router: Household, scraper: Scraper):
    pod = CallPod("c1")
    await pod.start()
    router.join(FLIGHTS, pod)
    await router.deploy(FLIGHTS, "c1")
    now = datetime.now(UTC)
    caller = Caller(router.url, HOST)
    for _ in range(3):
        stream = caller.channel.stream_stream(STREAM)(timeout=20)
        await stream.write(b"{}")
        assert await stream.read() == b"c1 2"
        await scraper.scrapes(1)
        stream.cancel()
    await scraper.scrapes()
    errors, slow = (await scraper.measure(Exposure("c1", None, now, now), ERRORS, SLOW)).evidence
    assert errors.own == Counts(total=3, bad=0)
    assert isinstance(slow.own, Counts)
    assert slow.own.total == 0
    await caller.aclose()
    await pod.stop()


async def test_an_answer_that_breaks_off_is_a_failure(router: Household, client: Client, scraper: Scraper):
    await router.pod(FLIGHTS, "s1")
    await router.pod(FLIGHTS, "c1", breaking_off)
    exposure = await exposed(router, weight=100)
    tally = await client.load(HOST, 40)
    assert len(tally.failures) == 40
    await scraper.scrapes()
    assert (await scraper.measure(exposure, ERRORS)).evidence[0].own == Counts(total=40, bad=40)


async def test_the_share_of_traffic_is_seen(router: Household, client: Client, scraper: Scraper):
    await router.pod(FLIGHTS, "s1")
    await router.pod(FLIGHTS, "c1", some(3, failing))
    exposure = await exposed(router, weight=20)
    await scraper.scrapes(1)
    await client.load(HOST, 2000)
    await scraper.scrapes()
    traffic = (await scraper.measure(exposure)).traffic
    assert isinstance(traffic, Traffic)
    assert traffic.total == 2000
    assert traffic.candidate / traffic.total == pytest.approx(0.2, abs=0.05)


async def test_a_slow_candidate_is_told_from_a_quick_stable(router: Household, client: Client, scraper: Scraper):
    await router.pod(FLIGHTS, "s1", taking(0.1))
    candidate = await router.pod(FLIGHTS, "c1", taking(0.6))
    exposure = await exposed(router)
    await client.load(HOST, 100, at_once=10)
    await scraper.scrapes()
    slow, slower = (await scraper.measure(exposure, SLOW, SLOWER)).evidence
    assert isinstance(slow.own, Counts)
    assert (slow.own.total, slow.own.bad) == (candidate.answered, candidate.answered)
    assert slow.own.value == pytest.approx(0.75, abs=0.25)
    assert slower.compared
    assert isinstance(slower.compared.candidate, Counts)
    assert isinstance(slower.compared.stable, Counts)
    assert slower.compared.limit == pytest.approx(0.35, abs=0.16)
    assert slower.compared.candidate.bad > 0.9 * slower.compared.candidate.total
    assert slower.compared.stable.bad < 0.15 * slower.compared.stable.total


async def test_what_stable_had_to_answer_in_time_is_both_late_and_failed(
    router: Household, client: Client, scraper: Scraper
):
    await router.pod(FLIGHTS, "s1")
    candidate = await router.pod(FLIGHTS, "c1", taking(2.0))
    exposure = await exposed(router)
    assert (await client.load(HOST, 100, at_once=20)).failures == []
    await scraper.scrapes()
    errors, slow = (await scraper.measure(exposure, ERRORS, SLOW)).evidence
    assert errors.own == Counts(candidate.answered, candidate.answered)
    assert isinstance(slow.own, Counts)
    assert (slow.own.total, slow.own.bad) == (candidate.answered, candidate.answered)


async def test_the_first_failure_counts_though_its_counter_is_new(router: Household, client: Client, scraper: Scraper):
    await router.pod(FLIGHTS, "s1")
    candidate = await router.pod(FLIGHTS, "c1")
    exposure = await exposed(router, weight=100)
    await client.load(HOST, 50)
    await scraper.scrapes()
    candidate.behave = some(10, failing)
    await client.load(HOST, 10, at_once=1)
    await scraper.scrapes()
    assert (await scraper.measure(exposure, ERRORS)).evidence[0].own == Counts(total=60, bad=1)


async def test_a_query_of_the_users_own_gives_one_number_or_says_why_not(
    router: Household, client: Client, scraper: Scraper
):
    await router.pod(FLIGHTS, "s1")
    await router.pod(FLIGHTS, "c1")
    exposure = await exposed(router)
    await client.load(HOST, 100)
    await scraper.scrapes()
    loud, many = (await scraper.measure(exposure, LOUD, MANY)).evidence
    assert isinstance(loud.own, Sample)
    assert loud.own.value == loud.own.samples
    assert isinstance(many.own, Missing)
    assert many.own.reason == "Error"


async def test_a_router_that_is_no_longer_scraped_is_no_data(router: Household, client: Client, scraper: Scraper):
    await router.pod(FLIGHTS, "s1")
    exposure = await exposed(router)
    await client.load(HOST, 100)
    await scraper.scrapes()
    router.kill("envoy")

    async def missing() -> bool:
        return isinstance((await scraper.measure(exposure, ERRORS)).traffic, Missing)

    await router.until(missing)
    measured = await scraper.measure(exposure, ERRORS)
    assert isinstance(measured.traffic, Missing)
    assert measured.traffic.reason == "NoData"
    assert "the routers were last scraped" in measured.traffic.message


async def test_a_prometheus_that_is_away_is_an_error_and_says_where(router: Household, scraper: Scraper):
    exposure = await exposed(router)
    scraper.kill()
    own = (await scraper.measure(exposure, ERRORS)).evidence[0].own
    assert isinstance(own, Missing)
    assert own.reason == "Error"
    assert scraper.prometheus.url in own.message
