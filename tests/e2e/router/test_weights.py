"""A candidate's share, which lives only as long as someone renews it."""

import asyncio
import signal
from time import monotonic

import pytest

from tests.e2e.router.household import Household
from tests.e2e.router.load import Client

FLIGHTS, HOST = "air/flights", "flights.air"
TTL_SECONDS = 5
RENEWAL_SECONDS = 1.5
BUSY_SECONDS = 2  # by so much anything may be late on a machine that does other things too


@pytest.fixture
async def canary(router: Household) -> Household:
    """Two revisions with a pod each, all traffic on stable."""
    for revision in ("s1", "c1"):
        await router.pod(FLIGHTS, revision)
    await router.deploy(FLIGHTS, "s1", candidate="c1")
    return router


async def test_a_new_weight_is_in_force_long_before_the_next_renewal(canary: Household, client: Client) -> None:
    await canary.deploy(FLIGHTS, "s1", candidate="c1", weight=1)  # the lease is known to be alive now
    start = monotonic()
    await canary.deploy(FLIGHTS, "s1", candidate="c1", weight=100)
    while (await client.ask(HOST)).revision != "c1":
        assert monotonic() - start < RENEWAL_SECONDS


async def test_the_candidate_gets_the_share_that_the_status_says(canary: Household, client: Client) -> None:
    await canary.deploy(FLIGHTS, "s1", candidate="c1", weight=30)
    tally = await client.load(HOST, 2000)
    assert tally.failures == []
    assert tally.share("c1") == pytest.approx(0.30, abs=0.05)


async def test_a_weight_lives_on_while_it_is_renewed(canary: Household, client: Client) -> None:
    await canary.deploy(FLIGHTS, "s1", candidate="c1", weight=100)
    tally = await client.load_while(HOST, lambda: asyncio.sleep(TTL_SECONDS + 2), at_once=2)
    assert (set(tally.revisions), tally.failures) == ({"c1"}, [])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "silent"])
async def test_without_its_agent_envoy_is_back_on_stable_within_the_ttl(
    canary: Household, client: Client, number: signal.Signals
) -> None:
    await canary.deploy(FLIGHTS, "s1", candidate="c1", weight=100)
    start = monotonic()
    canary.kill("agent", number)
    home = canary.until(lambda: _answers(client, "s1"), TTL_SECONDS + BUSY_SECONDS)
    tally = await client.load_while(HOST, lambda: home)
    print(f"back on stable after {monotonic() - start:.1f} s, {tally.sent} requests")
    assert tally.failures == []


async def test_without_the_operators_lease_the_weight_is_zero(canary: Household, client: Client) -> None:
    await canary.deploy(FLIGHTS, "s1", candidate="c1", weight=100)
    canary.leased = False
    canary.write()
    await canary.until(lambda: _answers(client, "s1"))
    assert (await canary.applied())[FLIGHTS]["weight"] == 0


async def test_a_new_agent_restores_the_weight(canary: Household, client: Client) -> None:
    await canary.deploy(FLIGHTS, "s1", candidate="c1", weight=100)

    async def replaced() -> None:
        canary.kill("agent")
        canary.start_agent()
        await canary.settle(FLIGHTS)
        await canary.until(lambda: _answers(client, "c1"))

    assert (await client.load_while(HOST, replaced)).failures == []


async def test_a_new_envoy_gets_its_tables_from_the_running_agent(canary: Household, client: Client) -> None:
    await canary.deploy(FLIGHTS, "s1", candidate="c1", weight=100)
    canary.kill("envoy")
    canary.start_envoy()
    await canary.settle(FLIGHTS)
    assert (await client.load(HOST, 50)).failures == []


async def _answers(client: Client, revision: str) -> bool:
    return (await client.ask(HOST)).revision == revision
