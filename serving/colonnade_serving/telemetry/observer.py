"""What one model does, seen from the loop's thread, and counted later."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from math import inf
from typing import Final

from ..batching.task import InferenceTask
from ..clock import clock
from ..loading import Model
from ..protocol.errors import ProtocolError
from . import access
from .answer import Answer, AnswerTuple
from .answer_counts import AnswerCounts
from .batches import Batches
from .feedback import Feedback, Label, Outcome
from .logs import RateLimitFilter
from .metrics import Metrics
from .tokens import Mint

log = logging.getLogger(__name__)
log.addFilter(RateLimitFilter())

FLUSH_SECONDS: Final = 1.0
"""What was appended is counted at most so much later."""
STALL_SECONDS: Final = 0.0001
"""Counting on the loop's thread makes way for requests after so long."""
STEP_GOOD: Final = 2048
STEP_ANSWERS: Final = 128
"""Answers that are counted at once, of the ordinary ones and of those that are looked at one by one."""
MOST_BYTES = 1 << 20
MOST_ROWS = 512
"""What is held back of values before they are counted early: they are still in the cache then."""


class Observer:
    """One model's. `batch` and `answered` append and return; what they were given is counted within a second.

    inflight: requests being answered: the front end adds 1 when it has found the model, `answered` takes it off.
    waiting, batching: asked at a flush how many tasks wait, and whether they run together; the batcher's.
    """

    def __init__(self, model: Model, metrics: Metrics, waiting: Callable[[], int] = lambda: 0) -> None:
        self.model = model
        self.inflight = 0
        self.waiting = waiting
        self.batching: Callable[[], bool] = lambda: False
        self.feedback: Feedback | None = None
        self.mint: Mint | None = None
        """What makes answers' tokens, where they have any."""
        self.batched: list[Callable[[Sequence[InferenceTask]], None]] = []
        """Who else wants the tasks that ran. They keep what they need, and no task: see `batch`."""
        self.finished: list[Callable[[Sequence[Answer]], None]] = []
        """Who else wants every answer, when they are counted."""
        self._metrics = metrics
        self._answers, self._batches = AnswerCounts(metrics, model.name), Batches(metrics.families, model)
        self._inflight = metrics.families.inflight.labels(model.name)
        self._depth = metrics.families.waiting.labels(model.name)
        self._together = metrics.families.batched.labels(model.name)
        self._good: list[float] = []
        self._latest: InferenceTask | None = None
        self._trace: str | None = None
        """The last of them, and its trace."""
        self._slow = -1.0
        self._answered: list[AnswerTuple] = []
        self._most = _most_rows(model)
        self._scheduled = self._hurried = False
        metrics.describe(model)
        metrics.observers.append(self)

    def batch(self, tasks: list[InferenceTask], started: float, ended: float) -> None:
        """A batch ran; times are perf_counter() seconds.

        What counting needs of tasks is taken at once, and none is kept: memory that is used again at once is in the
        cache, and what lives longer makes the garbage collector look at it.
        """
        try:
            self._batches.take(tasks, started, ended)
            for wants in self.batched:
                wants(tasks)
        except Exception:
            log.exception("counting hit a fault of the server", extra={"model": self.model.name})
        much = self._batches.uncounted > self._most or len(self._answered) > STEP_ANSWERS
        if much or not self._scheduled:
            self._wake(much)

    def answered(
        self, code: int, seconds: float, reason: str = "", task: InferenceTask | None = None, trace: str | None = None
    ) -> None:
        """A request was answered `seconds` after its headers.

        reason: of an error, one of reasons.REASONS. task: if it became one, for deadlines, exemplars and traces.
        trace: its traceparent header.
        """
        self.inflight -= 1
        if seconds <= self._slow and code == 200 and (task is None or task.deadline == inf):
            self._good.append(seconds)
            self._latest, self._trace = task, trace
        else:
            self._answered.append((code, seconds, reason, task, trace, clock()))
        if not self._scheduled:
            self._wake(False)

    def flush(self) -> None:
        """Counts all that is pending, and publishes it."""
        for _ in self.telling():
            pass

    async def settle(self) -> None:
        """As flush, but requests are answered meanwhile."""
        until = clock() + STALL_SECONDS
        for _ in self.telling():
            if clock() > until:
                await asyncio.sleep(0)
                until = clock() + STALL_SECONDS

    def labelled(self, labels: Sequence[Label]) -> dict[Outcome, int]:
        """Joins labels with what was predicted; returns how many came to what. Raises ProtocolError (404) when off."""
        if self.feedback is None:
            raise ProtocolError("this server takes no feedback; see --feedback-key and --feedback-minutes", 404)
        self.flush()
        return self.feedback.take(labels)

    def counting(self) -> Iterator[None]:
        """Counts all that is pending now, a step at each `next`; what comes meanwhile waits for the next time."""
        batches = self._batches
        yield from self._taking(batches.count_times, batches.times_steps)
        yield from self._taking(self._count_good, max(1, -(-len(self._good) // STEP_GOOD)))
        yield from self._taking(self._count_answers, -(-len(self._answered) // STEP_ANSWERS))
        yield from self._taking(self._settle, 1)
        yield from self._taking(batches.count_values, batches.values_steps)

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
        self._together.set(bool(alike) and all(other.batching() for other in alike))
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
            loop.call_soon(self._hurry)

    def _second(self, steps: Iterator[None] | None = None) -> None:
        steps = steps or (self.telling() if self._metrics.shared else self.counting())
        if _some(steps):
            asyncio.get_running_loop().call_soon(self._second, steps)
        else:
            self._scheduled = False

    def _hurry(self) -> None:
        """At once, however much came: else more could come at each turn of the loop than is counted."""
        while self._batches.uncounted > self._most:
            self._try(self._batches.count_values)
        while len(self._answered) > STEP_ANSWERS:
            self._try(self._count_answers)
        self._hurried = False

    def _taking(self, step: Callable[[], None], times: int) -> Iterator[None]:
        for _ in range(times):
            self._try(step)
            yield

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception:
            log.exception("counting hit a fault of the server", extra={"model": self.model.name})

    def _count_good(self) -> None:
        if self._good:
            good = self._good[:STEP_GOOD]
            del self._good[:STEP_GOOD]
            self._answers.good(good, self._latest, self._trace)
        self._latest = self._trace = None

    def _settle(self) -> None:
        self._answers.slow_sampler.settle()
        self._slow = -1.0 if self.finished else self._answers.slow_sampler.seconds

    def _count_answers(self) -> None:
        some = self._answered[:STEP_ANSWERS]
        del self._answered[:STEP_ANSWERS]
        self._answers.count(some)
        if failed := [Answer._make(each) for each in some if each[0] >= 500]:
            access.failed(self.model, failed)
        if self.finished:
            answers = [Answer._make(each) for each in some]
            for wants in self.finished:
                wants(answers)


def _some(steps: Iterator[None]) -> bool:
    """Takes steps until requests have waited long enough; whether there are more."""
    until = clock() + STALL_SECONDS
    return any(clock() > until for _ in steps)


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
    return max(64, min(MOST_ROWS, MOST_BYTES // size))
