"""The process: listen, load, answer, drain, end."""

import asyncio
import gc
import logging
import signal
import socket
import time
from types import FrameType

import uvicorn

from ..clock import clock
from ..compiled import COMPILED
from ..loading import CannotServe
from ..ports import BACKLOG, PortError, listen
from ..settings import Settings
from .fastpath import HttpConnection
from .idle import Idle
from .process import Process
from .resize import Resize
from .worker_context import ALONE, WorkerContext

log = logging.getLogger(__name__)

YOUNG_OBJECTS = 20_000
"""A request leaves no cycles: what lives long is held for the metrics, and looking through it more often is in vain."""


class Server(uvicorn.Server):
    """uvicorn, which on SIGTERM goes on serving for drain_delay, not ready, and then ends with exit code 0."""

    def __init__(self, config: uvicorn.Config, process: Process, context: WorkerContext) -> None:
        super().__init__(config)
        self.failure: str | None = None
        self._process, self._context = process, context
        self._settings = process.settings
        self._stop_at: float | None = None
        self._drains = False
        self._listeners: list[socket.socket] = []
        self._resize = Resize(process.models)
        self._idle = Idle(process.models)
        self._ssl = process.tls.context if process.tls is not None else None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens first, so that liveness answers while models load; a worker that comes late loads first."""
        del sockets
        self._context.join(self._process.models)
        if self._context.late:
            await self._load()
            if self.should_exit:
                return
        try:
            http = listen(self._settings.host, self._settings.http_port, self._context.is_one_of_several)
            ports = {"port": http.getsockname()[1]}
            if self._settings.grpc_port is not None:
                grpc = listen(self._settings.host, self._settings.grpc_port, self._context.is_one_of_several)
                ports["grpc_port"] = grpc.getsockname()[1]
                await self._process.rpc.listen(grpc, self._ssl)
        except PortError as error:
            self._fail(str(error))
            return
        self._listeners.append(http)
        self.config.ssl = self._ssl
        await super().startup(self._listeners)
        log.info("listening", extra={"host": self._settings.host, "compiled": COMPILED} | ports)
        if not self._context.late:
            self._loading = asyncio.create_task(self._load())

    async def on_tick(self, counter: int) -> bool:
        """Every 0.1 s: whether to end."""
        if self._stop_at is not None:
            self._start_drain()
            self.should_exit |= time.monotonic() >= self._stop_at
        end = await super().on_tick(counter)
        if counter % 10 == 0:
            self._sweep()
        return end

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Closes the ports, answers what is in flight, and tells what is left to tell."""
        ticking = asyncio.create_task(self._tick_on())
        rpc = self._process.rpc.drain(self._settings.drain_timeout)
        await asyncio.gather(super().shutdown([*self._listeners, *(sockets or ())]), rpc)
        ticking.cancel()
        await self._process.models.drain()
        await asyncio.to_thread(self._process.telemetry.close)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal: drain; a second one, or Ctrl+C, ends at once with what is in flight answered.

        It interrupts whatever the thread is at, so that all but an attribute waits for the next tick.
        """
        del frame
        again = self._stop_at is not None
        self._process.shared.draining = True
        delay = 0.0 if again or sig == signal.SIGINT else self._settings.drain_delay
        self._stop_at = time.monotonic() + delay

    async def _tick_on(self) -> None:
        """uvicorn's ticks end before its connections do."""
        while True:
            await self.on_tick(0)
            await asyncio.sleep(1)

    def _start_drain(self) -> None:
        if not self._drains:
            self._drains = True
            self._process.runtime.start_drain()
            self._process.rpc.start_drain()

    def _sweep(self) -> None:
        """Every second: the answers' date, clients that keep the server waiting, and the pod's size."""
        self._process.shared.tick(self.server_state.default_headers)
        self._process.guard.look()
        if self._process.tls is not None:
            self._process.tls.look()
        now = clock()
        for connection in list(self.server_state.connections):
            if isinstance(connection, HttpConnection):
                connection.sweep(now)
        if self._stop_at is None:
            self._idle.look()
        if self._settings.threads is None and self._stop_at is None:
            self._resize.look()

    async def _load(self) -> None:
        models = self._process.models
        try:
            await models.begin(self._context.names)
        except CannotServe as error:
            self._fail(str(error))
            return
        except Exception as error:
            log.exception("loading hit a fault of the server")
            self._fail(f"loading hit a fault: {error!r}")
            return
        gc.collect()
        gc.freeze()  # full collections over all that was imported would pause requests for 20 ms
        gc.set_threshold(YOUNG_OBJECTS, 20, 20)
        names = sorted({listed.name for listed in models.index()})
        log.info("ready" if self._context is ALONE else "worker ready", extra={"models": names})
        self._context.report_ready([served.model.name for served in models.served()])

    def _fail(self, why: str) -> None:
        self.failure, self.should_exit = why, True


def serve(settings: Settings, context: WorkerContext = ALONE) -> str | None:
    """Serves until a signal comes; returns why it could not, None after a clean end."""
    try:
        process = Process(settings, context)
    except ValueError as error:
        return str(error)
    server = Server(_config(settings, process), process, context)
    server.run()
    log.info("ended", extra={"failure": server.failure})
    return server.failure


def _config(settings: Settings, process: Process) -> uvicorn.Config:
    return uvicorn.Config(
        process.app,
        loop="uvloop",
        http=process.connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=settings.keep_alive_timeout,
        timeout_graceful_shutdown=int(settings.drain_timeout),
        backlog=BACKLOG,
    )
