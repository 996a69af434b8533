"""What one model does, seen from the loop's thread, and counted later."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from ..batching.work import Batch, Work
from ..loading import Model
from ..protocol.errors import ProtocolError
from . import access
from .answers import Answer, Answers, Told
from .batches import Batches, Ran
from .feedback import Feedback, Label, Outcome
from .logs import Sparing
from .metrics import Metrics

log = logging.getLogger(__name__)
log.addFilter(Sparing())

FLUSH_SECONDS = 1.0
"""What was appended is counted at most so much later."""
STALL_SECONDS = 0.0005
"""Counting on the loop's thread makes way for requests after so long."""
STEP_WORKS = 512
"""Works counted without looking at the clock."""
MOST_BYTES = 8 << 20
MOST_WORKS = 2048
"""What is held back before it is counted early."""


class Observer:
    """One model's. `batch` and `answered` append and return; what they were given is counted within a second.

    inflight: requests being answered: the front end adds 1 when it has found the model, `answered` takes it off.
    waiting: asked at a flush how many works wait; the batcher's.
    """

    def __init__(self, model: Model, metrics: Metrics, waiting: Callable[[], int] = lambda: 0) -> None:
        self.model = model
        self.inflight = 0
        self.waiting = waiting
        self.feedback: Feedback | None = None
        self.timed = False
        """Whether an answer's moment matters: for traces."""
        self.batched: list[Callable[[Sequence[Work], Sequence[Batch]], None]] = []
        """Who else wants the works that ran, at a flush."""
        self.finished: list[Callable[[Sequence[Answer]], None]] = []
        """Who else wants the answers, at a flush."""
        self._metrics = metrics
        self._answers, self._batches = Answers(metrics, model.name), Batches(metrics.families, model)
        self._inflight = metrics.families.inflight.labels(model.name)
        self._depth = metrics.families.waiting.labels(model.name)
        self._ran: deque[Ran] = deque()
        self._answered: list[Told] = []
        self._held = 0
        self._most = _most_rows(model)
        self._scheduled = self._hurried = False
        metrics.describe(model)
        metrics.observers.append(self)

    def batch(self, works: Sequence[Work], started: float, ended: float) -> None:
        """A batch ran; times are perf_counter() seconds. works: the observer's to keep."""
        self._ran.append((works, started, ended))
        batch = works[0].batch
        self._held += len(works) if batch is None else batch.rows
        if self._held > self._most or not self._scheduled:
            self._wake(self._held > self._most)

    def answered(
        self, code: int, seconds: float, reason: str = "", work: Work | None = None, trace: str | None = None
    ) -> None:
        """A request was answered `seconds` after its headers.

        reason: of an error, one of reasons.REASONS. work: if it became one, for deadlines, exemplars and traces.
        trace: its traceparent header.
        """
        self.inflight -= 1
        self._answered.append((code, seconds, reason, work, trace, time.perf_counter() if self.timed else 0.0))
        if not self._scheduled or len(self._answered) > MOST_WORKS:
            self._wake(len(self._answered) > MOST_WORKS)

    def flush(self) -> None:
        """Counts all that is pending, and publishes it."""
        for _ in self.telling():
            pass

    async def settle(self) -> None:
        """As flush, but requests are answered meanwhile."""
        until = time.perf_counter() + STALL_SECONDS
        for _ in self.telling():
            if time.perf_counter() > until:
                await asyncio.sleep(0)
                until = time.perf_counter() + STALL_SECONDS

    def labelled(self, labels: Sequence[Label]) -> dict[Outcome, int]:
        """Joins labels with what was predicted; returns how many came to what. Raises ProtocolError (404) when off."""
        if self.feedback is None:
            raise ProtocolError("this server takes no feedback; --feedback-minutes says how long it remembers", 404)
        self.flush()
        return self.feedback.take(labels)

    def counting(self) -> Iterator[None]:
        """Counts all that is pending, a step at each `next`."""
        while self._ran or self._answered:
            self._step()
            yield

    def telling(self) -> Iterator[None]:
        """Counts all that is pending and brings the series up to date, a step at each `next`."""
        yield from self.counting()
        yield from self._batches.telling()
        self._tell_gauges()

    def close(self) -> None:
        """Counts the last; call it when the model is out of service."""
        self.flush()
        self._metrics.retire(self)
        self._tell_gauges()

    def _tell_gauges(self) -> None:
        alike = [other for other in self._metrics.observers if other.model.name == self.model.name]
        self._inflight.set(sum(other.inflight for other in alike))
        self._depth.set(sum(other.waiting() for other in alike))
        self._metrics.tell_process()

    def _wake(self, hurry: bool) -> None:
        """Counts within a second, or soon where much is held. Without a running loop whoever calls flushes."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if not self._scheduled:
            self._scheduled = True
            loop.call_later(FLUSH_SECONDS, self._second)
        if hurry and not self._hurried:
            self._hurried = True
            loop.call_soon(self._hurry, self.counting())

    def _second(self, steps: Iterator[None] | None = None) -> None:
        steps = steps or self.telling()
        if _some(steps):
            asyncio.get_running_loop().call_soon(self._second, steps)
        else:
            self._scheduled = False

    def _hurry(self, steps: Iterator[None]) -> None:
        if _some(steps):
            asyncio.get_running_loop().call_soon(self._hurry, steps)
        else:
            self._hurried = False

    def _step(self) -> None:
        try:
            if self._ran:
                self._count_batches()
            if self._answered:
                self._count_answers()
        except Exception:
            log.exception("counting hit a fault of the server", extra={"model": self.model.name})

    def _count_batches(self) -> None:
        taken: list[Ran] = []
        works: list[Work] = []
        while self._ran and len(works) < STEP_WORKS:
            taken.append(self._ran.popleft())
            works.extend(taken[-1][0])
        if not self._ran:
            self._held = 0
        batches = self._batches.count(taken)
        for wants in self.batched:
            wants(works, batches)

    def _count_answers(self) -> None:
        taken = self._answered[:STEP_WORKS]
        del self._answered[:STEP_WORKS]
        self._answers.count(taken)
        if failed := [Answer._make(told) for told in taken if told[0] >= 500]:
            access.failed(self.model, failed)
        if self.finished:
            answers = [Answer._make(told) for told in taken]
            for wants in self.finished:
                wants(answers)


def _some(steps: Iterator[None]) -> bool:
    """Takes steps until requests have waited long enough; whether there are more."""
    until = time.perf_counter() + STALL_SECONDS
    return any(time.perf_counter() > until for _ in steps)


def _most_rows(model: Model) -> int:
    """Rows that may be held: few where a row's size is unknown before it comes."""
    size = 1
    for field in model.signature.inputs.values():
        if field.datatype == "BYTES" or -1 in field.shape[1:]:
            return 128
        elements = 1
        for dimension in field.shape[1:]:
            elements *= dimension
        size += 8 * elements
    return max(64, min(MOST_WORKS, MOST_BYTES // size))
