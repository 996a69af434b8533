"""The process: listen, load, answer, drain, end."""

import asyncio
import logging
import signal
import socket
import time
from functools import partial
from types import FrameType
from typing import cast

import uvicorn

from ..batching import Limits
from ..loading import CannotServe, How, Repository, load
from ..models import Models, start
from ..observation.metrics import Metrics
from ..settings import Settings
from .app import create_app
from .lane import Lane, Shared
from .runtime import Runtime

log = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """uvicorn, which on SIGTERM goes on serving for drain_delay, not ready, and then ends with exit code 0."""

    def __init__(self, config: uvicorn.Config, runtime: Runtime, shared: Shared) -> None:
        super().__init__(config)
        self._shared = shared
        self.failure: str | None = None
        self._runtime = runtime
        self._stop_at: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens first, so that liveness answers while the model loads."""
        await super().startup(sockets)
        self._loading = asyncio.create_task(self._load())

    async def on_tick(self, counter: int) -> bool:
        """Every 0.1 s: whether to end."""
        if self._stop_at is not None and time.monotonic() >= self._stop_at:
            self.should_exit = True
        end = await super().on_tick(counter)
        if counter % 10 == 0:
            self._sweep()
        return end

    def _sweep(self) -> None:
        """Every second: the answers' date, and the clients that keep the server waiting."""
        self._shared.tick(self.server_state.default_headers)
        now = time.perf_counter()
        for connection in list(self.server_state.connections):
            if isinstance(connection, Lane):
                connection.sweep(now)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal: drain; a second one, or Ctrl+C, ends at once with what is in flight answered."""
        del frame
        again = self._stop_at is not None
        self._runtime.start_drain()
        delay = 0.0 if again or sig == signal.SIGINT else self._runtime.settings.drain_delay
        self._stop_at = time.monotonic() + delay

    async def _load(self) -> None:
        try:
            await self._runtime.models.begin()
        except CannotServe as error:
            self.failure, self.should_exit = str(error), True
            return
        except Exception as error:
            log.exception("loading hit a fault of the server")
            self.failure, self.should_exit = f"loading hit a fault: {error!r}", True
            return
        log.info("ready", extra={"models": [listed.name for listed in self._runtime.models.index()]})


def serve(settings: Settings) -> str | None:
    """Serves until a signal comes; returns why it could not, None after a clean end."""
    try:
        listener = socket.create_server(
            (settings.host, settings.http_port), family=_family(settings.host), backlog=4096
        )
    except OSError as error:
        return f"{settings.host} port {settings.http_port}: {error.strerror}"
    metrics = Metrics()
    runtime = Runtime(settings, metrics, _models(settings, metrics))
    shared = Shared(runtime.models, settings.max_body_bytes, lambda: runtime.draining)
    server = Server(_config(settings, runtime, shared), runtime, shared)
    log.info("listening", extra={"host": settings.host, "port": listener.getsockname()[1]})
    server.run([listener])
    log.info("ended", extra={"failure": server.failure})
    return server.failure


def _models(settings: Settings, metrics: Metrics) -> Models:
    repository = Repository(settings.bundle, settings.digest, settings.model, settings.version)
    limits = Limits(queue=settings.queue_limit, at_once=settings.inference_threads or 1)
    return Models(
        repository.look,
        partial(load, cache=settings.cache_dir, how=How(settings.intra_op_threads)),
        partial(start, metrics=metrics, limits=limits),
    )


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _config(settings: Settings, runtime: Runtime, shared: Shared) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(runtime),
        loop="uvloop",
        http=cast(type[asyncio.Protocol], partial(Lane, shared=shared)),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=settings.keep_alive_timeout,
        timeout_graceful_shutdown=int(settings.drain_timeout),
        backlog=4096,
    )
