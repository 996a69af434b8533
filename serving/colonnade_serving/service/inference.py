"""An infer request beyond its protocol."""

from collections.abc import Callable
from typing import Final

from ..batching import InferenceTask, rows_of, unread
from ..clock import clock
from ..models import Models, Served
from ..protocol.errors import ProtocolError
from ..protocol.request import InferRequest
from ..telemetry.metrics import Metrics
from .faults import GONE, to_protocol_error

TIMEOUT_HEADERS: Final = (b"x-request-timeout-ms", b"x-envoy-expected-rq-timeout-ms")
"""Headers that say how many milliseconds a client waits, or its proxy."""


def deadline(head: float, began: float, timeout: int | None) -> float:
    """The earlier of a head's deadline and a body's, as perf_counter() seconds; inf for none.

    began: when the request came. timeout: the body's, in microseconds.
    """
    return min(head, began + timeout / 1e6) if timeout else head


class InferenceService:
    """The models, for whoever asks them to infer."""

    def __init__(self, models: Models, metrics: Metrics) -> None:
        self._models = models
        self._metrics = metrics

    def find(self, name: str, version: str | None) -> Served:
        """The model that a request names. Raises ProtocolError, and counts it, when none is served by that name."""
        try:
            return self._models.find(name, version)
        except ProtocolError as error:
            self._metrics.unknown_model(error.status, error.reason)
            raise


class Inference:
    """One request of a served model, from its head until it is counted, which it is once.

    began: perf_counter() seconds. echo: its answer's x-request-id. trace: its traceparent header.
    """

    def __init__(self, served: Served, began: float, echo: bytes, trace: str | None) -> None:
        self.served = served
        self.began = began
        self.echo = echo
        self.trace = trace
        self.task: InferenceTask | None = None
        served.observer.inflight += 1

    def ask(
        self, asked: InferRequest, head: float, id: str | None, done: Callable[[InferenceTask], None] | None = None
    ) -> InferenceTask:
        """The task that computes what was asked. head, id: the head's deadline and x-request-id; done: as a task's."""
        rows = rows_of(self.served.model.signature, asked.inputs)
        ends = deadline(head, self.began, asked.timeout)
        self.task = task = InferenceTask(
            asked.inputs, asked.outputs, rows, deadline=ends, id=asked.id or id, echo=self.echo, group=asked.group
        )
        if done is not None:
            task.done = done
        return task

    def succeeded(self) -> None:
        """It was answered."""
        self._count(200, "")

    def failed(self, fault: Exception) -> ProtocolError:
        """It could not be answered; returns what the client hears."""
        error = to_protocol_error(fault, self.echo)
        self._count(error.status, error.reason)
        return error

    def left(self) -> None:
        """Its client is gone: what has not begun never runs."""
        if self.task is not None:
            self.task.abandoned = True
        self._count(GONE, "gone")

    def _count(self, status: int, reason: str) -> None:
        task, self.task = self.task or unread(self.echo), None  # which holds `done`, and with it this
        self.served.observer.answered(status, clock() - self.began, reason, task, self.trace)
