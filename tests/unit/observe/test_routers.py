"""What the routers say, asked over real sockets."""

import asyncio
import random
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import aiohttp
from aiohttp import web

from colonnade.kube.kinds import DEPLOYMENTS, PODS
from colonnade.observe.routers import Routers
from colonnade.plan.deployment.observed import Applied, Router
from colonnade_api.installation import AGENT_PORT
from tests.unit.observe.cluster import an_object, key

LATE = key(DEPLOYMENTS, "late")
TABLE = {"team/late": {"stable": "c1", "candidate": "c2", "weight": 5, "active": {"c1": 3}}}


def pod(name, address, ready="True"):
    conditions = [{"type": "Ready", "status": ready}]
    return an_object(PODS, name, status={"podIP": address, "conditions": conditions})


@asynccontextmanager
async def agents(*answers):
    """Their addresses: each of these answers where an agent would, on loopback addresses that are nobody else's."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(agent(answer)) for answer in answers]


@asynccontextmanager
async def agent(answer):
    app = web.Application()
    app.add_routes([web.get("/applied", answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        yield await listening(runner)
    finally:
        await runner.cleanup()


async def listening(runner):
    while True:
        address = f"127.9.{random.randint(1, 250)}.{random.randint(1, 250)}"
        with suppress(OSError):
            await web.TCPSite(runner, address, AGENT_PORT).start()
            return address


def says(table):
    async def answer(_request):
        return web.json_response(table)

    return answer


async def asked(*pods):
    async def listed():
        return pods

    async with aiohttp.ClientSession() as session:
        return await Routers(session, listed).routers_for(LATE)


async def test_what_a_router_has_in_force_is_what_its_agent_says():
    async with agents(says(TABLE)) as (address,):
        assert await asked(pod("r", address)) == (Router("r", True, True, Applied("c1", "c2", 5, {"c1": 3})),)


async def test_an_agent_is_asked_at_the_port_that_it_was_told():
    async with agents(says(TABLE)) as (address,), aiohttp.ClientSession() as session:

        async def listed():
            return [pod("r", address)]

        (found,) = await Routers(session, listed, agent_port=AGENT_PORT + 1).routers_for(LATE)
        assert not found.reachable


async def test_a_router_without_an_entry_answered_and_routes_nothing():
    async with agents(says({})) as (address,):
        assert await asked(pod("r", address, ready="False")) == (Router("r", False, True, None),)


async def test_a_router_that_refuses_or_has_no_address_yet_is_unreachable():
    found = await asked(pod("refuses", "127.10.4.2"), pod("new", None))
    assert [(one.pod, one.reachable) for one in found] == [("refuses", False), ("new", False)]


async def test_silent_routers_are_waited_for_together_and_not_for_ever():
    all_are_asked, over = asyncio.Barrier(3), asyncio.Event()

    async def silent(_request):
        await all_are_asked.wait()
        await over.wait()
        return web.json_response(TABLE)

    async def prompt(_request):
        await all_are_asked.wait()
        return web.json_response(TABLE)

    async with agents(silent, silent, prompt) as addresses:
        found = await asked(*(pod(str(end), address) for end, address in enumerate(addresses)))
        over.set()
    assert [one.reachable for one in found] == [False, False, True]


async def test_passes_that_come_together_list_the_routers_once():
    listed = 0

    async def lists():
        nonlocal listed
        listed += 1
        await asyncio.sleep(0)
        return []

    async with aiohttp.ClientSession() as session:
        routers_ = Routers(session, lists)
        await asyncio.gather(*(routers_.routers_for(LATE) for _ in range(50)))
    assert listed == 1


async def test_passes_that_come_together_share_an_answer_and_none_gets_one_asked_for_before_it_came():
    asked_for = 0
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def counting(_request):
        nonlocal asked_for
        asked_for += 1
        begun.set()
        await go_on.wait()
        return web.json_response({"team/late": {"stable": f"at {asked_for}"}})

    async with agents(counting) as (address,), aiohttp.ClientSession() as session:

        async def listed():
            return [pod("r", address)]

        routers_ = Routers(session, listed)
        first = asyncio.create_task(routers_.routers_for(LATE))
        await begun.wait()
        others = [asyncio.create_task(routers_.routers_for(LATE)) for _ in range(50)]
        await asyncio.sleep(0)
        go_on.set()
        answers = [applied.stable for one in (first, *others) if (applied := (await one)[0].applied)]
    assert answers == ["at 1", *["at 2"] * 50]
