"""Pods that come and go under load."""

import asyncio

from tests.e2e.router.backends import Backend, some, taking
from tests.e2e.router.household import Household
from tests.e2e.router.load import Client

FLIGHTS, HOST = "air/flights", "flights.air"


async def test_pods_that_end_well_cost_no_request(router: Household, client: Client, backends: object) -> None:
    pods = [await router.pod(FLIGHTS, "s1", some(3, taking(0.2))) for _ in range(3)]
    await router.deploy(FLIGHTS, "s1")

    async def replaced() -> None:
        for old in pods:
            await router.pod(FLIGHTS, "s1", some(3, taking(0.2)))
            await asyncio.sleep(0.3)
            router.leave(FLIGHTS, old)
            await asyncio.sleep(0.2)
            await router.backends.stop(old)

    tally = await client.load_while(HOST, replaced, at_once=16)
    assert tally.failures == []


async def test_a_pod_that_is_gone_before_anyone_knows_costs_no_request(router: Household, client: Client) -> None:
    pods = [await router.pod(FLIGHTS, "s1") for _ in range(3)]
    await router.deploy(FLIGHTS, "s1")

    async def killed() -> None:
        await asyncio.sleep(0.3)
        await gone(pods[0])
        await asyncio.sleep(2)

    tally = await client.load_while(HOST, killed, at_once=16)
    assert tally.failures == []


async def test_candidates_that_come_and_go_cost_no_request(router: Household, client: Client):
    await router.pod(FLIGHTS, "s0")
    await router.deploy(FLIGHTS, "s0")

    async def rollouts():
        stable = "s0"
        for number in range(8):
            candidate = await router.pod(FLIGHTS, f"c{number}")
            await router.deploy(FLIGHTS, stable, candidate=candidate.revision, weight=100)
            await asyncio.sleep(0.2)
            stable = candidate.revision if number % 2 else stable
            await router.deploy(FLIGHTS, stable)

    tally = await client.load_while(HOST, rollouts, at_once=16)
    assert tally.failures == []
    assert len(tally.revisions) == 9


async def gone(pod: Backend) -> None:
    """At once, with all that it was doing: as after kill -9."""
    assert pod.runner.server
    for connection in pod.runner.server.connections:
        if connection.transport:
            connection.transport.abort()
    pod.runner._shutdown_timeout = 0.01
    await pod.runner.cleanup()
