"""ModelInfer and ModelStreamInfer: a call's message to the batcher, the batch's outputs to the call."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

from ..batching import InferenceTask
from ..clock import clock
from ..models import Served
from ..protocol.errors import ProtocolError
from ..protocol.request import InferRequest
from ..service import Inference, InferenceService
from ..telemetry.tokens import HEADER
from .answer import Answers
from .calls import Call
from .messages import decode
from .protos import inference_pb2 as pb
from .request import read
from .status import code_of

Answered = Callable[[bytes | ProtocolError], None]


class Pending(Inference):
    """One infer request on its way, until it is over. `left` says that nobody waits any more."""

    def __init__(self, served: Served, answers: Answers, call: Call, began: float, answered: Answered) -> None:
        super().__init__(served, began, call.id, call.asked.trace)
        self._answers = answers
        self._answered = answered
        self.over = False

    def submit(self, message: pb.ModelInferRequest, call: Call) -> None:
        """Reads the message and queues its task. What is wrong with it is answered."""
        try:
            self._request = request = read(message, self.served.model.signature)
            task = self.ask(request, call.deadline, call.asked.request_id.decode() or None, self.done)
            self.served.batcher.submit(task)
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
        self.succeeded()

    def left(self) -> None:
        """As Inference's, unless it is over."""
        if not self.over:
            self.over = True
            super().left()

    def _encoded(self, task: InferenceTask, request: InferRequest) -> bytes:
        results = task.results
        assert results is not None
        answer = self._answers.encode(request, results)
        mint = self.served.observer.mint
        return answer if mint is None else answer + _with_token(mint.token(task))

    def _fail(self, fault: Exception) -> None:
        self.over = True
        self._answered(self.failed(fault))


class Infer:
    """Answers infer requests by the models, and counts each."""

    def __init__(self, service: InferenceService) -> None:
        self._service = service
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
            served = self._service.find(message.model_name, message.model_version or None)
        except ProtocolError as error:
            call.tell(error.status, code_of(error))
            answered(error)
            return None
        call.counted = True
        answers = self._answers.get(served)
        if answers is None:
            answers = self._answers[served] = Answers(served.model.name, served.model.version)
        pending = Pending(served, answers, call, started, answered)
        pending.submit(message, call)
        return pending


def _with_token(token: bytes) -> bytes:
    """What makes it one of the answer's parameters: of a message that stands behind another the fields are added."""
    if not token:
        return b""
    said = pb.InferParameter(string_param=token.decode())
    return pb.ModelInferResponse(parameters={HEADER: said}).SerializeToString()


def _streamed(answer: bytes | ProtocolError, id: str) -> bytes:
    response = pb.ModelStreamInferResponse()
    if isinstance(answer, ProtocolError):
        response.error_message = answer.message
        response.infer_response.id = id
    else:
        response.infer_response.MergeFromString(answer)
    return response.SerializeToString()
