"""When a model's tasks run: at once when it is idle, and together when they came while it was not."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import inf
from typing import Final

import numpy as np

from ..clock import clock
from ..protocol.errors import ProtocolError, server_fault
from ..protocol.signature import Signature
from .busy import BusyPoll
from .cost import Cost
from .failures import Expired, Overloaded
from .inline import INLINE_SECONDS, Inline
from .queue import Queue
from .run import Runner
from .task import InferenceTask

log = logging.getLogger(__name__)

CLEAR_SECONDS: Final = 0.01

OUTDATED: Final = 10.0
"""After so many times its length an idle model is asked once more, though its cost says that there is no time: nothing
but a run can tell that it has become quicker."""

Observed = Callable[[list[InferenceTask], float, float], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """queue: tasks that may wait. rows: of a batch. at_once: batches at once, in threads. delay: s, see Batcher.
    busy_poll: s, see BusyPoll."""

    queue: int = 1000
    rows: int = 64
    at_once: int = 1
    delay: float = 0.0
    busy_poll: float = 0.0


class Batcher:
    """One model's queue. Used from the loop's thread only.

    Zero delay by default: whatever waits when the model is free is its next batch. With limits.delay a batch waits up
    to so long for one more task, when the fitted cost and the pace of arrivals say that this lowers latency.

    Tasks are taken when the loop has read all connections that have something to say. Where the last turn of the loop
    brought but one, the first of the next turn runs as soon as it comes, if nothing came with it: most likely it would
    wait for nobody.
    """

    def __init__(
        self,
        runner: Runner,
        signature: Signature,
        observed: Observed,
        limits: Limits | None = None,
        cost: Cost | None = None,
    ) -> None:
        """observed: Observer.batch. cost: as calibrated."""
        self.limits = limits or Limits()
        self.cost = cost or Cost()
        self.prepares: list[Callable[[], None]] = []
        """Called before tasks are taken: what front ends leave to do until tasks are together. Some may have failed."""
        self._observed = observed
        self._queue = Queue(signature)
        self._runner = runner
        self._on_loop = Inline()
        self._pool = ThreadPoolExecutor(self.limits.at_once, thread_name_prefix="infer")
        self._running = 0
        self._busy_until = 0.0
        self._ended = clock()
        self._scheduled = self._ahead = self._lonely = False
        """Whether a turn is to come; a task ran ahead of it; the last one had no more than one task."""
        self._gap = inf
        self._last = self._cleared = 0.0
        self._later: asyncio.TimerHandle | None = None
        self._idle: asyncio.Event | None = None
        self._running_loop: asyncio.AbstractEventLoop | None = None
        self._poll = BusyPoll(self.limits.busy_poll, clock)

    @property
    def waiting(self) -> int:
        """Tasks that have not begun."""
        return self._queue.tasks

    @property
    def idle_since(self) -> float | None:
        """When the last batch ended, seconds of the process's clock; None while something waits or runs."""
        return None if self._queue.tasks or self._running else self._ended

    @property
    def batching(self) -> bool:
        """Whether tasks run together: not when the limits, the graph or the model's own answers forbid it."""
        return self._queue.batchable and self._runner.together and self.limits.rows > 1

    def drain_seconds(self) -> float:
        """How long what waits and runs is expected to take."""
        return max(self._busy_until - clock(), 0.0) + self._backlog()

    def submit(self, task: InferenceTask, alone: bool = False) -> None:
        """Queues a task. Raises Overloaded when the queue is full, or when it can't finish by its deadline.

        alone: nothing came with it that its front end has yet to look at, so that it may be done before this returns.
        """
        task.queued = now = clock()
        if self._queue.tasks >= self.limits.queue and not self._make_room(now):
            raise Overloaded(f"{self.limits.queue} requests are waiting already", self.drain_seconds())
        if task.deadline != inf:
            self._admit(task, now)
        if self.limits.delay:
            self._pace(now)
        self._queue.add(task)
        if not self._scheduled:
            self._scheduled = True
            self._poll.asked(now)
            self._loop.call_soon(self._turn)
            if alone and self._lonely and not self.limits.delay:
                self._ahead = True
                self._flush()

    async def infer(self, task: InferenceTask) -> dict[str, np.ndarray]:
        """Submits a task, sets its `done` and waits for its results. Raises its failure. Cancelled, it never begins."""
        answered = asyncio.Event()
        task.done = lambda _: answered.set()
        self.submit(task)
        try:
            await answered.wait()
        except asyncio.CancelledError:
            task.abandoned = True
            raise
        if task.failure is not None:
            raise task.failure
        assert task.results is not None
        return task.results

    async def drain(self) -> None:
        """Returns when nothing waits or runs."""
        while self._queue.tasks or self._running:
            self._idle = self._idle or asyncio.Event()
            await self._idle.wait()

    def close(self) -> None:
        """Ends its threads. Call it after drain(): what still waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    @property
    def _loop(self) -> asyncio.AbstractEventLoop:
        """Asked for once: Python 3.11 asks the kernel for the process's id each time."""
        if self._running_loop is None:
            self._running_loop = asyncio.get_running_loop()
        return self._running_loop

    def _pace(self, now: float) -> None:
        """Learns how far apart tasks come."""
        if self._last:
            gap = now - self._last
            self._gap = gap if self._gap == inf else 0.9 * self._gap + 0.1 * gap
        self._last = now

    def _make_room(self, now: float) -> bool:
        """Forgets what was abandoned; not at each request that finds the queue full, since it looks at all of it."""
        if now - self._cleared < CLEAR_SECONDS:
            return False
        self._cleared = now
        self._queue.forget_abandoned()
        return self._queue.tasks < self.limits.queue

    def _admit(self, task: InferenceTask, now: float) -> None:
        finish = max(self._busy_until, now) + self._backlog() + self.cost.seconds(task.rows)
        if finish > task.deadline and not self._is_outdated(finish - now, now):
            raise Overloaded(
                f"the deadline is in {max(task.deadline - now, 0.0):.3f} s, but an answer would take"
                f" {finish - now:.3f} s",
                finish - now,
                "deadline",
            )
        if self._running or finish - now > INLINE_SECONDS or not self._on_loop.may(self.cost, task.rows):
            self._loop.call_later(task.deadline - now, self._expire, task)

    def _is_outdated(self, seconds: float, now: float) -> bool:
        """Whether nothing ran for much longer than this, so that what was learnt is tried again before it refuses."""
        return not (self._queue.tasks or self._running) and now - self._ended > OUTDATED * seconds

    def _expire(self, task: InferenceTask) -> None:
        if not (task.started or task.abandoned):
            task.abandoned = True
            self._end(task, Expired(clock() - task.queued))

    def _backlog(self) -> float:
        """Seconds that what waits will take."""
        queue = self._queue
        if not queue.tasks or not self.cost.known:
            return 0.0
        batches = min(queue.tasks, -(-queue.rows // self._rows())) if self.batching else queue.tasks
        return self.cost.fixed * batches + self.cost.per_row * queue.rows

    def _rows(self) -> int:
        return max(1, int(min(self.limits.rows, self.cost.rows_worth()))) if self.batching else 0

    def _turn(self) -> None:
        self._lonely = self._queue.tasks + self._ahead < 2
        self._scheduled = self._ahead = False
        self._flush()

    def _flush(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
        while self._queue.tasks and self._running < self.limits.at_once:
            if self.limits.delay and self._waits():
                return None
            for prepare in self.prepares:
                prepare()
            tasks = self._take()
            if not tasks:
                continue
            rows = tasks[0].rows if len(tasks) == 1 else sum([task.rows for task in tasks])
            plain = len(tasks) == 1 or not self._runner.due
            if plain and self._on_loop.may(self.cost, rows) and self._queue.agrees(tasks[0]):
                ended = self._run(tasks, rows)
                self._finish(tasks, rows, plain, ended)
                self._poll.answered(ended)
                return self._wake()  # connections are read, and others written, between two batches
            self._start(tasks, rows, plain)
        if self._idle is not None and not self._queue.tasks and not self._running:
            self._idle.set()
            self._idle = None
        return None

    def _wake(self) -> None:
        if (self._queue.tasks or self._idle) and not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._turn)

    def _waits(self) -> bool:
        """Whether the next batch is put off: until one more task comes, or should have come."""
        task = self._queue.oldest()
        left = task.queued + self.limits.delay - clock()
        tasks = self._queue.tasks
        if left <= 0 or task.deadline != inf or self._queue.rows >= self._rows() or self._idle or not self.batching:
            return False
        if not self.cost.waiting_pays(tasks, self._gap):
            return False
        self._later = self._loop.call_later(min(left, self._gap), self._flush)
        return True

    def _take(self) -> list[InferenceTask]:
        """The next batch, without what nobody waits for any more."""
        now = clock()
        taken = self._queue.take(self._rows() if self._queue.tasks > 1 else 0)
        stale = False
        for task in taken:
            task.started = now
            stale = stale or task.abandoned or task.deadline <= now or task.failure is not None
        return [task for task in taken if self._is_wanted(task, now)] if stale else taken

    def _is_wanted(self, task: InferenceTask, now: float) -> bool:
        if task.abandoned:
            return False
        if task.deadline <= now:
            task.failure = Expired(now - task.queued)
        if task.failure is not None:
            self._end(task)
        return task.failure is None

    def _start(self, tasks: list[InferenceTask], rows: int, plain: bool) -> None:
        self._running += 1
        self._busy_until = clock() + self.cost.seconds(rows)
        future = self._loop.run_in_executor(self._pool, self._run, tasks, rows)
        future.add_done_callback(lambda done: self._ran(tasks, rows, plain, done))

    def _ran(self, tasks: list[InferenceTask], rows: int, plain: bool, done: "asyncio.Future[float]") -> None:
        self._running -= 1
        if not done.cancelled():
            self._finish(tasks, rows, plain, done.result())
        self._flush()

    def _run(self, tasks: list[InferenceTask], rows: int) -> float:
        """Runs a batch; returns when it ended."""
        try:
            self._runner.run(tasks, rows)
        except Exception:
            log.exception("a batch hit a fault of the server")
            for task in tasks:
                if task.batch is None and task.failure is None:
                    task.failure = server_fault()
        return clock()

    def _finish(self, tasks: list[InferenceTask], rows: int, plain: bool, ended: float) -> None:
        """Answers first. plain: the batch ran once, so that what it took is what it costs."""
        for task in tasks:
            task.ended = ended
            if not task.abandoned:
                self._end(task)
        started = tasks[0].started
        self._ended = ended
        if plain and (self._runner.together or len(tasks) == 1):
            if self._on_loop.doubts(ended - started, self.cost, rows):
                self._run_again(tasks, rows, ended - started)
            else:
                self.cost.learn(max(rows, 1), ended - started)
        try:
            self._observed(tasks, started, ended)
        except Exception:
            log.exception("observing a batch hit a fault of the server")

    def _run_again(self, tasks: list[InferenceTask], rows: int, seconds: float) -> None:
        """In a thread, whose own time tells whether it is the model that takes so many seconds."""
        self._running += 1
        future = self._loop.run_in_executor(self._pool, self._runner.cpu_seconds, tasks, rows)
        future.add_done_callback(lambda done: self._ran_again(rows, seconds, done))

    def _ran_again(self, rows: int, seconds: float, done: "asyncio.Future[float]") -> None:
        self._running -= 1
        failed = done.cancelled() or done.exception() is not None
        if self._on_loop.ran_again(inf if failed else done.result(), rows):
            self.cost.learn(max(rows, 1), seconds)
        self._flush()

    def _end(self, task: InferenceTask, failure: ProtocolError | None = None) -> None:
        if failure is not None:
            task.failure = failure
        try:
            task.finish()
        except Exception:
            log.exception("answering a request hit a fault of the server")
