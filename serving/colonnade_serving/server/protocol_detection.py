"""The HTTP port's two languages: who begins by HTTP/2's preface speaks gRPC, who doesn't goes the fast path's way."""

import asyncio
from collections.abc import Callable
from typing import Any

from ..rpc import PREFACE
from .fastpath import HttpConnection

SHORTEST = 3
"""Bytes by which a preface is known: no method but HTTP/2's own begins by PRI."""


class ProtocolDetection(HttpConnection):
    """Looks at a connection's first bytes alone, so that requests behind them cost nothing more."""

    def __init__(self, *uvicorns: Any, http2: Callable[[], asyncio.Protocol], **fastpath: Any) -> None:
        """http2: makes the protocol that takes over the connection."""
        super().__init__(*uvicorns, **fastpath)
        self._http2 = http2
        self._first = True

    def feed(self, data: bytes) -> None:
        """As the fast path's, unless they begin another language."""
        first, self._first = self._first, False
        if first and len(data) >= SHORTEST and PREFACE.startswith(data[: len(PREFACE)]):
            self._give_over(data)
        else:
            super().feed(data)

    def _give_over(self, data: bytes) -> None:
        self.connections.discard(self)
        self._in_flight.lost()
        self._unset_keepalive_if_required()
        protocol = self._http2()
        self.transport.set_protocol(protocol)
        protocol.connection_made(self.transport)
        protocol.data_received(data)
