"""The gRPC server of a process: its port, its services, its end."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from dataclasses import dataclass, replace
from typing import cast

from ..guard import OPEN_CALLS, Guard, Unauthorized
from ..models import Models
from ..protocol.errors import ProtocolError
from ..request_ids import RequestIds
from ..service import InferenceService
from ..telemetry.access import OFF, AccessLog
from . import calls
from .calls import Asked, Call, Method, NotGrpc
from .health import Health
from .http2 import Connection, Head, Receiver, Stream
from .infer import Infer
from .inference import Descriptions, Inference
from .reflection import Reflection
from .repository import Repository

log = logging.getLogger(__name__)

STALL_SECONDS = 30.0
"""A client that begins a message, or asks for one, and then does nothing for twice as long is given up."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What clients may, and where it is logged.

    message_bytes: of a message at most. model_control: whether they load and unload models. access: has a line of each
    call that no model counts.
    """

    guard: Guard
    message_bytes: int
    model_control: bool = False
    access: AccessLog = OFF


class RpcServer:
    """Answers gRPC over the models. Used from the loop's thread only.

    `connection` makes the protocol for one transport: any listener may hand over a client that speaks HTTP/2.
    """

    def __init__(
        self, models: Models, service: InferenceService, descriptions: Descriptions, ids: RequestIds, policy: Policy
    ) -> None:
        """ids: makes those of calls that have none."""
        self._ids = ids
        self._access = policy.access
        self._limit = policy.message_bytes
        self._guard = policy.guard
        self._models = models
        self._draining = False
        self._connections: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self._sweeping: asyncio.TimerHandle | None = None
        self._health = Health(self._ready, self._has)
        self._methods = _methods(
            Infer(service),
            Inference(models, self._ready, descriptions),
            Repository(models, policy.model_control),
            self._health,
        )
        models.changed.append(self._health.changed)

    def connection(self) -> asyncio.Protocol:
        """The protocol for one client's transport."""
        if self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().call_later(STALL_SECONDS, self._sweep)
        return cast(asyncio.Protocol, Connection(self._opened, self._connections))

    async def listen(self, listener: socket.socket, tls: ssl.SSLContext | None = None) -> None:
        """Takes connections, by TLS where there is a context. A client that vanished is found by TCP's own probes."""
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self.connection, sock=listener, ssl=tls, backlog=4096)

    def start_drain(self) -> None:
        """From now on not ready; what still comes is answered."""
        self._draining = True
        self._health.changed()

    async def drain(self, seconds: float) -> None:
        """Takes no more connections, asks clients to leave, and returns when they did or after so many seconds."""
        self.start_drain()
        if self._server is not None:
            self._server.close()
        self._health.end()
        left = [connection.closed for connection in self._connections]
        for connection in list(self._connections):
            connection.leave()
        if left:
            await asyncio.wait(left, timeout=seconds)
        self.close()

    def close(self) -> None:
        """Ends at once."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.close()

    def _ready(self) -> bool:
        return self._models.ready and not self._draining

    def _has(self, name: str) -> bool:
        try:
            self._models.find(name)
        except ProtocolError:
            return False
        return True

    def _opened(self, stream: Stream, head: Head) -> Receiver:
        asked = head.made
        if type(asked) is not Asked:
            if not calls.is_grpc(head):
                return NotGrpc(stream)
            head.made = asked = calls.asked(head, self._methods)
        if self._guard.closed:
            asked = self._admitted(asked, head)
        return Call(stream, asked, self._ids, self._limit, self._access)

    def _admitted(self, asked: Asked, head: Head) -> Asked:
        """Each call is looked at, since the token may be another by now."""
        sent = head.fields.get(b"authorization", b"")
        if self._guard.admits(sent) or head.fields[b":path"].decode("latin-1") in OPEN_CALLS:
            return asked
        return replace(asked, refused=Unauthorized(sent))

    def _sweep(self) -> None:
        for connection in list(self._connections):
            connection.sweep()
        self._sweeping = asyncio.get_running_loop().call_later(STALL_SECONDS, self._sweep)


def _methods(infer: Infer, inference: Inference, repository: Repository, health: Health) -> dict[str, Method]:
    services = {
        "inference.GRPCInferenceService": {
            "ModelInfer": Method(infer.unary),
            "ModelStreamInfer": Method(infer.stream, streaming=True),
            "ServerLive": Method(inference.server_live),
            "ServerReady": Method(inference.server_ready),
            "ModelReady": Method(inference.model_ready),
            "ServerMetadata": Method(inference.server_metadata),
            "ModelMetadata": Method(inference.model_metadata),
            "ModelConfig": Method(inference.model_config),
            "ModelStatistics": Method(inference.model_statistics),
            "RepositoryIndex": Method(repository.index),
            "RepositoryModelLoad": Method(repository.load),
            "RepositoryModelUnload": Method(repository.unload),
        },
        "inference.model_repository.ModelRepositoryService": {
            "RepositoryIndex": Method(repository.index),
            "RepositoryModelLoad": Method(repository.load),
            "RepositoryModelUnload": Method(repository.unload),
        },
        "grpc.health.v1.Health": {"Check": Method(health.check), "Watch": Method(health.watch, streaming=True)},
    }
    info = Method(Reflection((*services, "grpc.reflection.v1.ServerReflection")).info, streaming=True)
    services["grpc.reflection.v1.ServerReflection"] = {"ServerReflectionInfo": info}
    services["grpc.reflection.v1alpha.ServerReflection"] = {"ServerReflectionInfo": info}
    return {f"/{service}/{name}": method for service, methods in services.items() for name, method in methods.items()}
