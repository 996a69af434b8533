"""Snapshots to Envoy over a local socket: the aggregated discovery service."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from time import monotonic
from typing import Any

import grpc
from envoy.service.discovery.v3 import ads_pb2_grpc, discovery_pb2

from colonnade.router.session import Session
from colonnade.router.snapshot import Snapshot

log = logging.getLogger(__name__)

TICK_SECONDS = 0.5
GRACE_SECONDS = 0.5
LARGEST_MESSAGE_BYTES = 256 * 1024 * 1024


class AdsServer(ads_pb2_grpc.AggregatedDiscoveryServiceServicer):  # type: ignore[misc]
    """What Envoy is to be told. Before the first `publish` it is told nothing, so that it keeps what it has."""

    def __init__(self, refused: Callable[[str, str], None], clock: Callable[[], float] = monotonic) -> None:
        self.session: Session | None = None  # the latest Envoy's, while it is connected
        self._refused = refused
        self._clock = clock
        self._snapshot: Snapshot | None = None
        self._wakers: set[asyncio.Event] = set()

    def publish(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        for waker in self._wakers:
            waker.set()

    async def StreamAggregatedResources(
        self, requests: AsyncIterator[discovery_pb2.DiscoveryRequest], _context: Any
    ) -> AsyncIterator[discovery_pb2.DiscoveryResponse]:
        session, waker = Session(self._refused), asyncio.Event()
        self.session = session
        self._wakers.add(waker)
        reading = asyncio.create_task(_read(requests, session, waker))
        log.info("Envoy connected")
        try:
            while not reading.done():
                while self._snapshot and (response := session.next(self._snapshot, self._clock())):
                    yield response
                waker.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(TICK_SECONDS):
                        await waker.wait()
        finally:
            reading.cancel()
            self._wakers.discard(waker)
            self.session = None if self.session is session else self.session
            log.info("Envoy disconnected")


async def _read(
    requests: AsyncIterator[discovery_pb2.DiscoveryRequest], session: Session, waker: asyncio.Event
) -> None:
    try:
        async for request in requests:
            session.asked(request)
            waker.set()
    finally:
        waker.set()


@contextlib.asynccontextmanager
async def serving(ads: AdsServer, socket: Path) -> AsyncIterator[None]:
    """socket: where Envoy finds the service; gRPC takes the place of what a predecessor left there."""
    server = grpc.aio.server(options=[("grpc.max_send_message_length", LARGEST_MESSAGE_BYTES)])
    ads_pb2_grpc.add_AggregatedDiscoveryServiceServicer_to_server(ads, server)
    server.add_insecure_port(f"unix:{socket}")
    await server.start()
    try:
        yield
    finally:
        await server.stop(GRACE_SECONDS)
