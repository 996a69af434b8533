"""A router that has to go, and resources that Envoy refuses."""

import asyncio
import os
import sys

from tests.e2e.router.backends import some, taking
from tests.e2e.router.household import REPOSITORY, Household
from tests.e2e.router.load import Client

FLIGHTS, HOST = "air/flights", "flights.air"


async def drain(router: Household):
    """As the agent's preStop does."""
    given = {f"COLONNADE_{name.upper()}": str(value) for name, value in router.settings.model_dump().items()}
    command = [sys.executable, "-m", "colonnade.router", "drain"]
    process = await asyncio.create_subprocess_exec(*command, cwd=REPOSITORY, env={**os.environ, **given})
    assert await process.wait() == 0


async def test_a_leaving_router_sends_its_clients_elsewhere_and_fails_none(router: Household, client: Client):
    await router.pod(FLIGHTS, "s1", some(5, taking(0.3)))
    await router.deploy(FLIGHTS, "s1")
    assert "Connection" not in (await client.ask(HOST)).headers
    tally = await client.load_while(HOST, lambda: drain(router))
    assert tally.failures == []
    assert (await client.ask(HOST)).headers["Connection"] == "close"


async def test_tables_that_envoy_refuses_leave_it_as_it_was_and_are_counted(router: Household, client: Client):
    await router.pod(FLIGHTS, "s1")
    await router.deploy(FLIGHTS, "s1")
    pod = await router.pod("air/odd", "s1")
    pod.address = "nowhere"
    router.write()
    await router.until(lambda: refused(router))
    assert (await client.ask(HOST)).status == 200


async def refused(router: Household) -> bool:
    return 'colonnade_router_refused_total{kind="ClusterLoadAssignment"}' in await router.metrics()
