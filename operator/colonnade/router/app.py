"""The agent's parts, put together and run until a signal comes."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Coroutine

import aiohttp
from aiohttp import web

from colonnade.router import agent
from colonnade.router.admin import Admin
from colonnade.router.ads import AdsServer, serving
from colonnade.router.metrics import Metrics
from colonnade.router.settings import Settings
from colonnade.router.status_api import application
from colonnade.router.view import View

Source = Callable[[View, Metrics], Coroutine[None, None, None]]
EVERYWHERE = "0.0.0.0"  # noqa: S104 the operator and Prometheus come from outside the pod
SHUTDOWN_SECONDS = 2.0


async def run(settings: Settings, source: Source) -> None:
    """Returns on SIGTERM and SIGINT. source: keeps the view up to date, and never ends by itself."""
    view, metrics = View(cluster_domain=settings.cluster_domain), Metrics()
    ads = AdsServer(metrics.refused)
    async with contextlib.AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        answers = application(ads, Admin(session, settings.admin_url), metrics)
        await stack.enter_async_context(serving(ads, settings.socket))
        await stack.enter_async_context(_listening(answers, settings.agent_port))
        async with asyncio.TaskGroup() as group:
            work = [source(view, metrics), agent.run(view, ads, metrics, settings.data_port)]
            tasks = [group.create_task(one) for one in work]
            await _asked_to_stop()
            for task in tasks:
                task.cancel()


async def _asked_to_stop() -> None:
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    await asked.wait()


@contextlib.asynccontextmanager
async def _listening(app: web.Application, port: int) -> AsyncIterator[None]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    await web.TCPSite(runner, EVERYWHERE, port).start()
    try:
        yield
    finally:
        await runner.cleanup()
