"""A line of the log for a sample of the requests, and for those that failed by the server's doing.

A model's requests are logged when they are counted, all others by AccessLog as they are answered.
"""

import logging
import random
from collections.abc import Callable, Sequence

from ..loading import Model
from . import reasons
from .answer import Answer, trace_id
from .logs import RateLimitFilter

log = logging.getLogger(__name__)
failures = logging.getLogger(f"{__name__}.failures")
failures.addFilter(RateLimitFilter())

OVERLOAD = frozenset({503, 504})
"""What a metric tells better than a log: turned away by the thousand."""


PROBES = frozenset(
    {
        "/v2/health/live",
        "/v2/health/ready",
        "/metrics",
        "/grpc.health.v1.Health/Check",
        "/grpc.health.v1.Health/Watch",
        "/inference.GRPCInferenceService/ServerLive",
        "/inference.GRPCInferenceService/ServerReady",
    }
)
"""Asked every few seconds by whoever watches over the server: logged when they fail."""


class AccessLog:
    """What is answered and is no model's: other routes and methods, unknown models, what is no HTTP."""

    def __init__(self, share: float) -> None:
        """share: of the requests, 0 to 1."""
        self._share = share

    def answered(self, status: int, seconds: float, request_id: bytes, **said: str) -> None:
        """A request was answered by a status of HTTP, or by gRPC's that stands for it; 499 when its client left.

        said: what else is known of it, as its method and its path.
        """
        if random.random() >= self._share:  # noqa: S311 - no secret hangs on it
            return
        if status < 400 and said.get("path", "").rstrip("/") in PROBES:
            return
        fields = {"status": status, "seconds": round(seconds, 6), "request_id": request_id.decode()}
        log.info("answered", extra=fields | said)


OFF = AccessLog(0.0)


def failed(model: Model, answers: Sequence[Answer]) -> None:
    """Logs the answers that are the server's failures."""
    for answer in answers:
        if answer.code not in OVERLOAD:
            failures.warning("failed", extra=_said(model, answer))


def sampled(model: Model, share: float) -> Callable[[Sequence[Answer]], None]:
    """Takes a model's answers; see Observer.finished. share: of the requests, 0 to 1."""

    def finished(answers: Sequence[Answer]) -> None:
        for answer in answers:
            if random.random() < share:  # noqa: S311 - no secret hangs on it
                log.info("answered", extra=_said(model, answer))

    return finished


def _said(model: Model, answer: Answer) -> dict[str, object]:
    said: dict[str, object] = {"model": model.name, "status": answer.code, "seconds": round(answer.seconds, 6)}
    if answer.code >= 400:
        said["reason"] = reasons.of(answer.code, answer.reason)
    if (task := answer.task) is not None:
        said["request_id"] = task.echo.decode() or task.id
        if task.id is not None and task.id != said["request_id"]:
            said["id"] = task.id
    if trace := trace_id(answer.trace):
        said["trace_id"] = trace
    return said
