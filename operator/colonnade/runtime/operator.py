"""The operator as a whole: watches and relists fill the cache, changes fill the queue, and the leader works it off."""

import asyncio
import logging
import random
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from time import monotonic

import aiohttp
from kubernetes.aio.client import ApiClient

from colonnade.act.alertmanager import Alertmanagers
from colonnade.act.events import Events
from colonnade.act.perform import Applier
from colonnade.kube.client import ApiServer, Selection
from colonnade.kube.connection import connect
from colonnade.kube.errors import ApiError
from colonnade.kube.kinds import DEPLOYMENTS, OURS, PODS, WATCHED, Key, Manifest, key_of
from colonnade.observe.cache import Cache
from colonnade.observe.collected import Installation
from colonnade.observe.routers import Routers
from colonnade.runtime.election import Election
from colonnade.runtime.enqueue import keys_to_enqueue
from colonnade.runtime.health import serve
from colonnade.runtime.metrics import Metrics
from colonnade.runtime.observer import Observer, deciders
from colonnade.runtime.queue import COALESCE_SECONDS, WorkQueue
from colonnade.runtime.reconcile import Reconciler
from colonnade.runtime.relist import Relist
from colonnade.runtime.settings import Settings
from colonnade.runtime.watches import Watches

log = logging.getLogger(__name__)

FILL_RETRY_SECONDS = 1.0
STALE_RELISTS = 4
TAKEOVER_SECONDS_EACH = 0.002
"""For each object known: ten thousand are passed over within twenty seconds."""
SUMMARY_SECONDS = 2.0
"""A policy and a model's versions look at all Deployments: no oftener, however often these change."""


async def run(settings: Settings) -> None:
    """Until SIGTERM or SIGINT; ends the process where the leadership is lost."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(await connect())
        session = await stack.enter_async_context(aiohttp.ClientSession())
        operator = Operator(settings, client, session)
        health = await serve(settings.port, operator.unready, operator.metrics)
        stack.push_async_callback(health.cleanup)
        await _until(stop, operator)


async def _until(stop: asyncio.Event, operator: "Operator") -> None:
    working, stopped = asyncio.create_task(operator.work()), asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
    for task in (working, stopped):
        task.cancel()
    (outcome, _) = await asyncio.gather(working, stopped, return_exceptions=True)
    await operator.election.release()
    if isinstance(outcome, Exception):
        raise outcome
    log.info("stopped")


class Operator:
    """One replica."""

    def __init__(self, settings: Settings, client: ApiClient, session: aiohttp.ClientSession) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.election = Election(settings)
        self.api = ApiServer(client, self.election.guard, self.metrics.wrote)
        self.cache = Cache(self._changed)
        self.relist = Relist(self.api, self.cache, settings.watch_namespaces)
        self.watches = Watches(settings.watch_namespaces, self._receive)
        self.platform = settings.platform()
        self.queue = self._queue(session)
        self._filled = False
        self._measure()

    async def work(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch())
            tasks.create_task(self._relist())
            tasks.create_task(self.election.beat())
            tasks.create_task(self._lead())

    def unready(self) -> str:
        if not self._filled:
            return "the cache isn't filled yet"
        limit = STALE_RELISTS * self.settings.relist_seconds
        stale = {resource: age for resource in WATCHED if (age := self.relist.age(resource)) > limit}
        return "; ".join(f"the watch of {resource} missed nothing {age:.0f} s ago" for resource, age in stale.items())

    def _queue(self, session: aiohttp.ClientSession) -> WorkQueue[Key]:
        settings = self.settings
        routers = Routers(session, self._router_pods, settings.agent_port)
        alertmanagers = Alertmanagers(session)
        observer = Observer(self.cache, routers, session, settings.prometheus(), self._installation, alertmanagers.of)
        applier = Applier(self.api, self.cache, self.platform, Events(self.api, settings.pod_name), alertmanagers)
        reconciler = Reconciler(deciders(observer), applier, self.metrics, settings.pass_seconds)
        return WorkQueue(reconciler.reconcile, reconciler.failed, settings.workers)

    def _installation(self) -> Installation:
        return Installation(self.platform.jobs_image, self.election.installation(), self.platform.place)

    async def _router_pods(self) -> Sequence[Manifest]:
        settings = self.settings
        return [pod async for pod in self.api.list(Selection(PODS, settings.namespace, settings.router_selector))]

    def _receive(self, kind: str | None, manifest: Manifest) -> None:
        if kind == "DELETED":
            self.cache.remove(manifest)
        else:
            self.cache.put(manifest)

    def _changed(self, now: Manifest, before: Manifest | None) -> None:
        """A standby only remembers: it passes over everything when it comes to lead."""
        if not self.election.holds():
            return
        own = key_of(now)
        for key in keys_to_enqueue(now, self.cache) | (keys_to_enqueue(before, self.cache) if before else set()):
            sums_up = own.resource == DEPLOYMENTS and key != own
            self.queue.add(key, SUMMARY_SECONDS if sums_up else COALESCE_SECONDS)

    async def _watch(self) -> None:
        """Once our kinds are there: kopf looks for them only when it starts."""
        await self._wait_until_filled()
        await self.watches.keep(self.metrics.restarted)

    async def _relist(self) -> None:
        while not self._filled:
            await self._fill()
        while True:
            await asyncio.sleep(self.settings.relist_seconds * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
            await self._compare()

    async def _fill(self) -> None:
        try:
            started = monotonic()
            await self.relist.fill()
            self._filled = True
            log.info("%d objects known after %.1f s", len(self.cache), monotonic() - started)
        except ApiError as error:
            log.warning("the cache can't be filled yet: %s", error)
            await asyncio.sleep(max(FILL_RETRY_SECONDS, error.retry_after or 0.0))

    async def _compare(self) -> None:
        try:
            missed = await self.relist.compare()
        except ApiError as error:
            log.warning("the watches could not be compared with a list: %s", error)
            return
        for resource, changes in missed.items():
            log.warning("the watch of %s missed %d changes; they are mended", resource, changes)
            self.metrics.missed(resource, changes)
        if missed:
            self.watches.restart()

    async def _lead(self) -> None:
        await self._wait_until_filled()
        await self.election.won()
        await self._pass_over_everything()

    async def _wait_until_filled(self) -> None:
        while not self._filled:  # noqa: ASYNC110 - polled once, at the start
            await asyncio.sleep(0.1)

    async def _pass_over_everything(self) -> None:
        """What an earlier leader wrote a moment ago may not have reached our watches: compare before the first pass."""
        await self._compare()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.queue.run())
            tasks.create_task(self._resync())

    async def _resync(self) -> None:
        """The first time soon, and yet apart: a new leader must not choke on what it comes to lead."""
        half = self.settings.resync_seconds / 2
        spread = min(half, len(self.cache) * TAKEOVER_SECONDS_EACH)
        while True:
            for resource in OURS:
                for manifest in self.cache.all(resource):
                    self.queue.add(key_of(manifest), random.uniform(0.0, spread))  # noqa: S311 - jitter
            spread = half
            await asyncio.sleep(half)

    def _measure(self) -> None:
        self.metrics.ask_queue(self.queue.depth, self.queue.running)
        self.metrics.ask_leadership(self.election.holds)
        for resource in WATCHED:
            self.metrics.ask_watch_age(resource, partial(self.relist.age, resource))
