"""ModelInfer and ModelStreamInfer: a call's message to the batcher, the batch's outputs to the call."""

from __future__ import annotations

import logging
from collections.abc import Callable
from weakref import WeakKeyDictionary

from ..batching import InferenceTask, rows_of, unread
from ..clock import clock
from ..models import Models, Served
from ..protocol.errors import ProtocolError
from ..protocol.request import InferRequest
from ..telemetry.logs import RateLimitFilter
from ..telemetry.metrics import Metrics
from .answer import Answers
from .calls import Call
from .messages import decode
from .protos import inference_pb2 as pb
from .request import read
from .status import code_of

log = logging.getLogger(__name__)
log.addFilter(RateLimitFilter())

GONE = 499

Answered = Callable[[bytes | ProtocolError], None]


class Pending:
    """One infer request on its way, until it is over. `done` is its task's; `left` says that nobody waits any more."""

    __slots__ = ("_answered", "_answers", "_echo", "_request", "_served", "_started", "_task", "_trace", "over")

    def __init__(self, served: Served, answers: Answers, call: Call, started: float, answered: Answered) -> None:
        self._served = served
        self._answers = answers
        self._echo = call.id
        self._trace = call.asked.trace
        self._started = started
        self._answered = answered
        self.over = False
        self._task: InferenceTask | None = None
        served.observer.inflight += 1

    def submit(self, message: pb.ModelInferRequest, call: Call) -> None:
        """Reads the message and queues its task. What is wrong with it is answered."""
        served = self._served
        signature = served.model.signature
        try:
            self._request = request = read(message, signature)
            deadline = call.deadline
            if request.timeout:
                deadline = min(deadline, self._started + request.timeout / 1e6)
            rows = rows_of(signature, request.inputs)
            id = request.id or call.asked.request_id.decode() or None
            self._task = InferenceTask(request.inputs, request.outputs, rows, self.done, deadline, id, echo=call.id)
            served.batcher.submit(self._task)
        except Exception as error:
            self._fail(error)

    def done(self, task: InferenceTask) -> None:
        """The batch ran, or the task failed."""
        if self.over:
            return
        if task.failure is not None:
            self._fail(task.failure)
            return
        try:
            answer = self._encoded(task, self._request)
        except Exception as error:
            self._fail(error)
            return
        self.over = True
        self._answered(answer)
        self._count(200, "")

    def left(self) -> None:
        """The client is gone."""
        if not self.over:
            self.over = True
            if self._task is not None:
                self._task.abandoned = True
            self._count(GONE, "gone")

    def _encoded(self, task: InferenceTask, request: InferRequest) -> bytes:
        results = task.results
        assert results is not None
        return self._answers.encode(request, results)

    def _fail(self, fault: Exception) -> None:
        error = _told(fault, self._echo)
        self.over = True
        self._answered(error)
        self._count(error.status, getattr(error, "reason", ""))

    def _count(self, code: int, reason: str) -> None:
        task, self._task = self._task or unread(self._echo), None  # which holds `done`, and with it this
        seconds = clock() - self._started
        self._served.observer.answered(code, seconds, reason, task, self._trace)


def _told(error: Exception, id: bytes) -> ProtocolError:
    """What the client hears; the log hears it too when the client isn't to blame. id: the call's x-request-id."""
    if not isinstance(error, ProtocolError):
        log.error("an infer request hit a fault of the server", exc_info=error, extra={"request_id": id.decode()})
        return ProtocolError("the server has a fault; its log says more", 500)
    if error.status >= 500:
        log.warning(error.message, extra={"status": error.status, "request_id": id.decode()})
    return error


class Infer:
    """Answers infer requests by the models, and counts each."""

    def __init__(self, models: Models, metrics: Metrics) -> None:
        self._models = models
        self._metrics = metrics
        self._answers: WeakKeyDictionary[Served, Answers] = WeakKeyDictionary()

    def unary(self, call: Call, data: bytes) -> None:
        """ModelInfer."""
        pending = self._begin(call, decode(pb.ModelInferRequest, data), call.started, call.answer)
        if pending is not None and not pending.over:
            call.left = pending.left

    def stream(self, call: Call, data: bytes) -> None:
        """ModelStreamInfer: each message is answered as soon as it is done, with its id; errors are answers too."""
        message = decode(pb.ModelInferRequest, data)
        mine: list[Pending] = []

        def answered(answer: bytes | ProtocolError) -> None:
            call.send(_streamed(answer, message.id))
            call.taken(mine[0] if mine else None)

        pending = self._begin(call, message, clock(), answered)
        if pending is not None and not pending.over:
            mine.append(pending)
            call.pending[pending] = pending.left

    def _begin(self, call: Call, message: pb.ModelInferRequest, started: float, answered: Answered) -> Pending | None:
        try:
            served = self._models.find(message.model_name, message.model_version or None)
        except ProtocolError as error:
            call.tell(error.status, code_of(error))
            self._metrics.unknown_model(error.status, getattr(error, "reason", ""))
            answered(error)
            return None
        call.counted = True
        answers = self._answers.get(served)
        if answers is None:
            answers = self._answers[served] = Answers(served.model.name, served.model.version)
        pending = Pending(served, answers, call, started, answered)
        pending.submit(message, call)
        return pending


def _streamed(answer: bytes | ProtocolError, id: str) -> bytes:
    response = pb.ModelStreamInferResponse()
    if isinstance(answer, ProtocolError):
        response.error_message = answer.message
        response.infer_response.id = id
    else:
        response.infer_response.MergeFromString(answer)
    return response.SerializeToString()
