"""grpc.health.v1: what load balancers, kubelet and clients ask."""

from collections.abc import Callable
from functools import partial

from ..protocol.errors import ProtocolError
from .calls import Call
from .messages import decode
from .protos import health_pb2 as pb

Status = pb.HealthCheckResponse.ServingStatus
NAMES = ("", "inference.GRPCInferenceService")


class Health:
    """Whether the server, or a model by its name, takes requests. `changed` descriptions those who watch."""

    def __init__(self, ready: Callable[[], bool], has: Callable[[str], bool]) -> None:
        """ready: whether the server is. has: whether a model answers."""
        self._ready = ready
        self._has = has
        self._watching: dict[Call, tuple[str, Status]] = {}

    def check(self, call: Call, data: bytes) -> None:
        """Check."""
        service = decode(pb.HealthCheckRequest, data).service
        status = self._status(service)
        if status == Status.SERVICE_UNKNOWN:
            raise ProtocolError(f"service {service!r} is unknown; ask for '', {NAMES[1]} or a model's name", 404)
        call.answer(_encoded(status))

    def watch(self, call: Call, data: bytes) -> None:
        """Watch: the state now, and whenever it changes."""
        service = decode(pb.HealthCheckRequest, data).service
        status = self._status(service)
        self._watching[call] = (service, status)
        call.left = partial(self._forget, call)
        call.send(_encoded(status))

    def changed(self) -> None:
        """Whether models answer may be another than it was."""
        for call, (service, known) in list(self._watching.items()):
            status = self._status(service)
            if status != known:
                self._watching[call] = (service, status)
                call.send(_encoded(status))

    def end(self) -> None:
        """Ends the calls that watch, after a last word: they would hold their connections open."""
        self.changed()
        for call in list(self._watching):
            del self._watching[call]
            call.fail(ProtocolError("the server is shutting down", 503))

    def _forget(self, call: Call) -> None:
        self._watching.pop(call, None)

    def _status(self, service: str) -> Status:
        if service not in NAMES and not self._has(service):
            return Status.SERVICE_UNKNOWN
        return Status.SERVING if self._ready() else Status.NOT_SERVING


def _encoded(status: Status) -> bytes:
    return pb.HealthCheckResponse(status=status).SerializeToString()
