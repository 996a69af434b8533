"""The election, in a thread and an event loop of its own, on a connection of its own: no pass delays a renewal."""

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from time import monotonic

from kubernetes.aio.client import ApiClient

from colonnade.kube.client import ApiServer
from colonnade.kube.connection import connect
from colonnade.kube.errors import LeadershipLost
from colonnade.kube.lease import Leadership
from colonnade.runtime.settings import Settings

log = logging.getLogger(__name__)

CALL_SECONDS = 1.8
"""Below the rest of the lease that is never relied on (Terms); an API server that a burst keeps busy takes over one."""
BEAT_SECONDS = 1.0
STANDSTILL_SECONDS = 60.0
"""A loop that has not come round for so long does no work, and must not keep another from doing it."""
END_SECONDS = 5.0


def end_the_process() -> None:
    """Whatever it is at."""
    logging.shutdown()
    os._exit(1)


class Election:
    """Used from the loop that does the work, whose life it watches.

    lost: called in the election's thread once another may lead; nothing may be written after it.
    """

    def __init__(self, settings: Settings, lost: Callable[[], None] = end_the_process) -> None:
        self._settings = settings
        self._lost = lost
        self._leadership: Leadership | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._thread: threading.Thread | None = None
        self._worked_at = monotonic()

    def holds(self) -> bool:
        return self._leadership is not None and self._leadership.holds()

    def installation(self) -> str:
        """A name for this installation that no other has; empty before it has led."""
        return self._leadership.uid if self._leadership else ""

    def guard(self) -> None:
        """Raises LeadershipLost unless the lease was renewed recently enough to be surely ours."""
        if self._leadership is None:
            raise LeadershipLost("this replica has not come to lead")
        self._leadership.guard()

    async def won(self) -> None:
        """Returns as leader. From then on the process ends as soon as it can't be sure to lead."""
        won, here = asyncio.Event(), asyncio.get_running_loop()
        self._thread = threading.Thread(
            target=self._run, args=(lambda: here.call_soon_threadsafe(won.set),), name="election", daemon=True
        )
        self._thread.start()
        await won.wait()

    async def beat(self) -> None:
        """Never returns: shows that this loop comes round."""
        while True:
            self._worked_at = monotonic()
            await asyncio.sleep(BEAT_SECONDS)

    async def release(self) -> None:
        """Lets go at once, so that nobody has to wait for the lease to end."""
        if self._loop is None or self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._stop.set)
        await asyncio.to_thread(self._thread.join, END_SECONDS)

    def _run(self, won: Callable[[], None]) -> None:
        try:
            asyncio.run(self._take_part(won))
        except Exception as error:
            log.error("%s; this process ends, so that nothing is written by two", error or type(error).__name__)
            self._lost()

    async def _take_part(self, won: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        async with await connect() as client:
            leadership = self._leadership = self._candidate(client)
            part = asyncio.create_task(self._lead(leadership, won))
            stopped = asyncio.create_task(self._stop.wait())
            await asyncio.wait({part, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if part.done():
                part.result()
            for task in (part, stopped):
                task.cancel()
            await asyncio.gather(part, stopped, return_exceptions=True)
            await leadership.release()

    async def _lead(self, leadership: Leadership, won: Callable[[], None]) -> None:
        await leadership.acquire()
        won()
        await leadership.keep(self._still_works)

    def _still_works(self) -> None:
        if (idle := monotonic() - self._worked_at) > STANDSTILL_SECONDS:
            raise LeadershipLost(f"no work was done for {idle:.0f} s")

    def _candidate(self, client: ApiClient) -> Leadership:
        settings = self._settings
        api = ApiServer(client, seconds=CALL_SECONDS)
        return Leadership(api, settings.namespace, settings.lease_name, settings.pod_name, settings.terms())
