"""kopf's watches, in a thread and an event loop of their own, so that a long list never delays the lease.

kopf only watches: no handler that would add a finalizer, an annotation or a retry of its own. Its `on.event` can't say
which objects vanished while a stream was broken; `relist` finds those.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Collection
from typing import Any

import kopf

from colonnade.kube.kinds import OWNED, WATCHED, Manifest
from colonnade.manifests.labels import MANAGED

log = logging.getLogger(__name__)

FIRST_RESTART_SECONDS = 1.0
LAST_RESTART_SECONDS = 30.0

Receive = Callable[[str | None, Manifest], None]  # ADDED, MODIFIED, DELETED, or None for one of a list


class Watches:
    """receive: called in the loop that called `keep`, for every event, in order for each object."""

    def __init__(self, namespaces: Collection[str], receive: Receive) -> None:
        self._namespaces = namespaces
        self._receive = receive
        self._stop: threading.Event | None = None

    async def keep(self, restarted: Callable[[], None]) -> None:
        """Watches until cancelled; kopf ends on errors that it takes for fatal, and is then started anew."""
        wait = FIRST_RESTART_SECONDS
        while True:
            started = asyncio.get_running_loop().time()
            await self._once()
            lasted = asyncio.get_running_loop().time() - started
            wait = FIRST_RESTART_SECONDS if lasted > LAST_RESTART_SECONDS else min(2 * wait, LAST_RESTART_SECONDS)
            log.warning("the watches ended and start anew in %.0f s", wait)
            restarted()
            await asyncio.sleep(wait)

    def restart(self) -> None:
        """After a relist found that they miss events."""
        if self._stop:
            self._stop.set()

    async def _once(self) -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        self._stop = stop = threading.Event()

        def hear(kind: str | None, manifest: Manifest) -> None:
            loop.call_soon_threadsafe(self._receive, kind, manifest)

        def run() -> None:
            try:
                asyncio.run(_operator(hear, self._namespaces, stop))
            except Exception as error:
                log.warning("the watches ended: %s", error)
            finally:
                loop.call_soon_threadsafe(ended.set)

        threading.Thread(target=run, name="watches", daemon=True).start()
        try:
            await ended.wait()
        finally:
            stop.set()


async def _operator(
    hear: Callable[[str | None, Manifest], None], namespaces: Collection[str], stop: threading.Event
) -> None:
    """Sets `stop` when it ends by itself: kopf waits for it in a thread, which would keep the loop from ending."""
    try:
        await kopf.operator(
            registry=_registry(hear),
            settings=_settings(),
            standalone=True,
            clusterwide=not namespaces,
            namespaces=namespaces,
            stop_flag=stop,
        )
    finally:
        stop.set()


def _registry(hear: Receive) -> kopf.OperatorRegistry:
    registry = kopf.OperatorRegistry()
    kopf.on.login(registry=registry)(kopf.login_via_client)

    async def heard(event: kopf.RawEvent, **_: Any) -> None:
        hear(event["type"], dict(event["object"]))

    for resource in WATCHED:
        kopf.on.event(group=resource.group, version=resource.version, plural=resource.plural, registry=registry)(heard)
    return registry


def _settings() -> kopf.OperatorSettings:
    settings = kopf.OperatorSettings()
    settings.scanning.disabled = True
    settings.posting.enabled = False
    settings.peering.standalone = True
    settings.networking.connect_timeout = 2.0
    settings.networking.request_timeout = 15.0
    settings.networking.error_backoffs = (0.5, 1.0, 2.0, 4.0)
    settings.watching.connect_timeout = 2.0
    settings.watching.chunk_size = 500
    for resource in OWNED:
        settings.watching.label_selectors[resource.group, resource.version, resource.plural] = MANAGED
    return settings
