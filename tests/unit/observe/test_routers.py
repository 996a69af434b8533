"""What the routers say, asked over real sockets."""

import asyncio
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from colonnade.manifests.resources import DEPLOYMENTS, PODS
from colonnade.observe import routers
from colonnade.observe.routers import Routers
from colonnade.plan.observed import Applied, Router
from tests.unit.observe.cluster import an_object, key

LATE = key(DEPLOYMENTS, "late")
TABLE = {"team/late": {"stable": "c1", "candidate": "c2", "weight": 5, "active": {"c1": 3}}}


def pod(name, address, ready="True"):
    conditions = [{"type": "Ready", "status": ready}]
    return an_object(PODS, name, status={"podIP": address, "conditions": conditions})


@asynccontextmanager
async def agent(address, table, after=0.0):
    async def applied(_request):
        await asyncio.sleep(after)
        return web.json_response(table)

    app = web.Application()
    app.add_routes([web.get("/applied", applied)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, address, routers.AGENT_PORT).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def asked(*pods):
    async def listed():
        return pods

    async with aiohttp.ClientSession() as session:
        return await Routers(session, listed).routers_for(LATE)


async def test_what_a_router_has_in_force_is_what_its_agent_says():
    async with agent("127.9.4.1", TABLE):
        assert await asked(pod("r", "127.9.4.1")) == (Router("r", True, True, Applied("c1", "c2", 5, {"c1": 3})),)


async def test_a_router_without_an_entry_answered_and_routes_nothing():
    async with agent("127.9.4.1", {}):
        assert await asked(pod("r", "127.9.4.1", ready="False")) == (Router("r", False, True, None),)


async def test_a_router_that_refuses_or_has_no_address_yet_is_unreachable():
    found = await asked(pod("refuses", "127.9.4.2"), pod("new", None))
    assert [(one.pod, one.reachable) for one in found] == [("refuses", False), ("new", False)]


async def test_slow_routers_are_waited_for_together_and_not_for_long(monkeypatch):
    monkeypatch.setattr(routers, "ANSWER", aiohttp.ClientTimeout(total=0.2))
    async with agent("127.9.4.3", TABLE, after=5), agent("127.9.4.4", TABLE, after=5), agent("127.9.4.5", TABLE):
        started = asyncio.get_running_loop().time()
        found = await asked(*(pod(str(end), f"127.9.4.{end}") for end in (3, 4, 5)))
        assert asyncio.get_running_loop().time() - started < 0.4
    assert [one.reachable for one in found] == [False, False, True]
