"""Calls to the API server, over a real socket."""

import asyncio
from contextlib import asynccontextmanager

from aiohttp import web
from kubernetes.aio.client import ApiClient, Configuration

from colonnade.kube.client import AT_ONCE, ApiServer
from colonnade.kube.kinds import SERVICES, Key


@asynccontextmanager
async def api_server(answer, **options):
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with ApiClient(Configuration(host=host)) as client:
            yield ApiServer(client, **options)
    finally:
        await runner.cleanup()


def service(number):
    return Key(SERVICES, "team", f"late-{number}")


async def test_an_api_server_is_asked_no_more_at_once_than_it_can_work_on():
    under_way, most, full = 0, 0, asyncio.Barrier(AT_ONCE)

    async def answer(_request):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await full.wait()
        under_way -= 1
        return web.json_response({})

    async with api_server(answer) as api:
        await asyncio.gather(*(api.get(service(number)) for number in range(3 * AT_ONCE)))
    assert most == AT_ONCE


async def test_a_write_that_had_to_wait_is_not_sent_once_another_may_lead():
    sent, leads, first_is_there, go_on = [], True, asyncio.Event(), asyncio.Event()

    def guard():
        if not leads:
            raise PermissionError

    async def answer(request):
        sent.append(request.path)
        first_is_there.set()
        await go_on.wait()
        return web.json_response({})

    async with api_server(answer, guard=guard) as api:
        writes = [asyncio.create_task(api.merge(service(number), {})) for number in range(AT_ONCE + 1)]
        await first_is_there.wait()
        leads = False
        go_on.set()
        outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert isinstance(outcomes[-1], PermissionError)
    assert len(sent) == AT_ONCE
