"""Several workers on the same ports: started, kept, told of each other, and ended together."""

import asyncio
import itertools
import logging
import signal
import socket
import tempfile
import time
from pathlib import Path
from typing import Any

from ..ports import PortError, hold
from ..settings import Settings
from .child import Child
from .wire import Welcome

log = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 30.0
PROVEN_SECONDS = 60.0
"""A worker that lived so long is started anew at once; the wait doubles with each that did not."""


class Supervisor:
    """Keeps a worker in each slot. It serves nothing itself, and does without what serving needs.

    A worker's port is its own (SO_REUSEPORT), so that the kernel sends nothing to one that is gone, nor to its
    successor before that is ready. The pod is ready once all workers are; from then on those that live answer.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.failure: str | None = None
        self._children: dict[int, Child] = {}
        self._names: set[str] | None = None
        self._ready = False
        self._ending = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._numbers = itertools.count()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> str | None:
        """Until a signal, or a worker that can't serve, ends all; returns why, None after a clean end."""
        loop = asyncio.get_running_loop()
        for sig in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sig, self._end, sig)
        try:
            held = self._hold_ports()
        except PortError as error:
            return str(error)
        with tempfile.TemporaryDirectory(prefix="colonnade-metrics-") as directory:
            slots = range(self.settings.worker_count)
            await asyncio.gather(*(self._keep(slot, Path(directory)) for slot in slots))
        for holder in held:
            holder.close()
        log.info("ended", extra={"failure": self.failure})
        return self.failure

    def _hold_ports(self) -> list[socket.socket]:
        """Each port is ours from now on, and a port of 0 is the same for all workers. Raises PortError."""
        ports = {name: getattr(self.settings, name) for name in ("http_port", "grpc_port")}
        held = {name: hold(self.settings.host, port) for name, port in ports.items() if port is not None}
        found = {name: holder.getsockname()[1] for name, holder in held.items()}
        self.settings = self.settings.model_copy(update=found)
        return list(held.values())

    async def _keep(self, slot: int, directory: Path) -> None:
        early = 0
        while not self._ending.is_set():
            started = time.monotonic()
            code = await self._attend(slot, directory)
            if self._ending.is_set():
                return None
            if not self._ready:
                self.failure = self.failure or f"worker {slot} ended with exit code {code} before it was ready"
                return self._end(signal.SIGTERM)
            early = early + 1 if time.monotonic() - started < PROVEN_SECONDS else 0
            wait = min(FIRST_WAIT_SECONDS * 2**early, LONGEST_WAIT_SECONDS) if early else 0.0
            log.error("a worker ended; another takes its slot", extra={"slot": slot, "code": code, "after": wait})
            await self._rest(wait)
        return None

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._ending.wait(), seconds)
        except TimeoutError:
            return

    async def _attend(self, slot: int, directory: Path) -> int:
        """Starts a worker and listens to it until it is gone; its exit code."""
        late = self._ready
        names = sorted(self._names) if self._names is not None and self.settings.load == "start" else None
        settings = self.settings.model_dump(mode="json")
        welcome = Welcome(settings=settings, slot=slot, directory=str(directory), late=late, names=names)
        child = self._children[slot] = await Child.start(welcome)
        log.info("worker started", extra={"slot": slot, "pid": child.pid})
        if late:
            child.wire.say("others")
        if self._ending.is_set():  # a signal came while it was being started
            child.signal(signal.SIGTERM)
        async for message in child.wire.heard():
            self._hear(child, message)
        self._children.pop(slot)
        return await child.gone()

    def _hear(self, child: Child, message: dict[str, Any]) -> None:
        match message["kind"]:
            case "ready":
                child.ready = True
                self._names = set(message["models"]) if self._names is None else self._names
                self._all_ready()
            case "ask":
                task = asyncio.get_running_loop().create_task(self._everywhere(child, message))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            case "done":
                child.did(message["id"], message["error"])
            case "failed":
                self.failure = self.failure or message["why"]

    def _all_ready(self) -> None:
        children = list(self._children.values())
        if self._ready or len(children) < self.settings.worker_count or not all(child.ready for child in children):
            return
        self._ready = True
        for child in children:
            child.wire.say("others")
        log.info("listening", extra={"host": self.settings.host, "port": self.settings.http_port})
        log.info("ready", extra={"workers": len(children), "models": sorted(self._names or ())})

    async def _everywhere(self, asker: Child, message: dict[str, Any]) -> None:
        """Has every worker do it, one such thing after another; the first error is the answer."""
        verb, model = message["verb"], message["model"]
        async with self._one_at_a_time:
            asked = [child.do(next(self._numbers), verb, model) for child in self._children.values()]
            errors = [error for error in await asyncio.gather(*asked) if error is not None]
        if not errors and self._names is not None:
            self._names = self._names | {model} if verb == "load" else self._names - {model}
        asker.wire.say("done", id=message["id"], error=errors[0] if errors else None)

    def _end(self, sig: signal.Signals) -> None:
        """Each worker drains; a second signal, or Ctrl+C, goes on to them too."""
        self._ending.set()
        for child in self._children.values():
            child.signal(sig)
