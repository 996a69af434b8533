"""When a model's works run: at once when it is idle, and together when they came while it was not."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import inf
from typing import Final

import numpy as np

from ..clock import clock
from ..protocol.errors import ProtocolError
from ..protocol.signature import Signature
from .busy import BusyPoll
from .cost import Cost
from .inline import INLINE_SECONDS, Inline
from .overload import Expired, Overloaded
from .queue import Queue
from .run import Runner
from .work import Work

log = logging.getLogger(__name__)

CLEAR_SECONDS: Final = 0.01

OUTDATED: Final = 10.0
"""After so many times its length an idle model is asked once more, though its cost says that there is no time: nothing
but a run can tell that it has become quicker."""

Observed = Callable[[list[Work], float, float], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """queue: works that may wait. rows: of a batch. at_once: batches at once, in threads. delay: s, see Batcher.
    busy_poll: s, see BusyPoll."""

    queue: int = 1000
    rows: int = 64
    at_once: int = 1
    delay: float = 0.0
    busy_poll: float = 0.0


class Batcher:
    """One model's queue. Used from the loop's thread only.

    Zero delay by default: whatever waits when the model is free is its next batch. With limits.delay a batch waits up
    to so long for one more work, when the fitted cost and the pace of arrivals say that this lowers latency.

    Works are taken when the loop has read all connections that have something to say. Where the last turn of the loop
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
        """Called before works are taken: what front ends leave to do until works are together. Some may have failed."""
        self._observed = observed
        self._queue = Queue(signature)
        self._runner = runner
        self._on_loop = Inline()
        self._pool = ThreadPoolExecutor(self.limits.at_once, thread_name_prefix="infer")
        self._running = 0
        self._busy_until = 0.0
        self._ended = clock()
        self._scheduled = self._ahead = self._lonely = False
        """Whether a turn is to come; a work ran ahead of it; the last one had no more than one work."""
        self._gap = inf
        self._last = self._cleared = 0.0
        self._later: asyncio.TimerHandle | None = None
        self._idle: asyncio.Event | None = None
        self._running_loop: asyncio.AbstractEventLoop | None = None
        self._poll = BusyPoll(self.limits.busy_poll, clock)

    @property
    def waiting(self) -> int:
        """Works that have not begun."""
        return self._queue.works

    @property
    def idle_since(self) -> float | None:
        """When the last batch ended, seconds of the process's clock; None while something waits or runs."""
        return None if self._queue.works or self._running else self._ended

    @property
    def batching(self) -> bool:
        """Whether works run together: not when the limits, the graph or the model's own answers forbid it."""
        return self._queue.batchable and self._runner.together and self.limits.rows > 1

    def drain_seconds(self) -> float:
        """How long what waits and runs is expected to take."""
        return max(self._busy_until - clock(), 0.0) + self._backlog()

    def submit(self, work: Work, alone: bool = False) -> None:
        """Queues a work. Raises Overloaded when the queue is full, or when it can't finish by its deadline.

        alone: nothing came with it that its front end has yet to look at, so that it may be done before this returns.
        """
        work.queued = now = clock()
        if self._queue.works >= self.limits.queue and not self._make_room(now):
            raise Overloaded(f"{self.limits.queue} requests are waiting already", self.drain_seconds())
        if work.deadline != inf:
            self._admit(work, now)
        if self.limits.delay:
            self._pace(now)
        self._queue.add(work)
        if not self._scheduled:
            self._scheduled = True
            self._poll.asked(now)
            self._loop.call_soon(self._turn)
            if alone and self._lonely and not self.limits.delay:
                self._ahead = True
                self._flush()

    async def infer(self, work: Work) -> dict[str, np.ndarray]:
        """Submits a work, sets its `done` and waits for its results. Raises its failure. Cancelled, it never begins."""
        answered = asyncio.Event()
        work.done = lambda _: answered.set()
        self.submit(work)
        try:
            await answered.wait()
        except asyncio.CancelledError:
            work.abandoned = True
            raise
        if work.failure is not None:
            raise work.failure
        assert work.results is not None
        return work.results

    async def drain(self) -> None:
        """Returns when nothing waits or runs."""
        while self._queue.works or self._running:
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
        """Learns how far apart works come."""
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
        return self._queue.works < self.limits.queue

    def _admit(self, work: Work, now: float) -> None:
        finish = max(self._busy_until, now) + self._backlog() + self.cost.seconds(work.rows)
        if finish > work.deadline and not self._is_outdated(finish - now, now):
            raise Overloaded(
                f"the deadline is in {max(work.deadline - now, 0.0):.3f} s, but an answer would take"
                f" {finish - now:.3f} s",
                finish - now,
                "deadline",
            )
        if self._running or finish - now > INLINE_SECONDS or not self._on_loop.may(self.cost, work.rows):
            self._loop.call_later(work.deadline - now, self._expire, work)

    def _is_outdated(self, seconds: float, now: float) -> bool:
        """Whether nothing ran for much longer than this, so that what was learnt is tried again before it refuses."""
        return not (self._queue.works or self._running) and now - self._ended > OUTDATED * seconds

    def _expire(self, work: Work) -> None:
        if not (work.started or work.abandoned):
            work.abandoned = True
            self._end(work, Expired(clock() - work.queued))

    def _backlog(self) -> float:
        """Seconds that what waits will take."""
        queue = self._queue
        if not queue.works or not self.cost.known:
            return 0.0
        batches = min(queue.works, -(-queue.rows // self._rows())) if self.batching else queue.works
        return self.cost.fixed * batches + self.cost.per_row * queue.rows

    def _rows(self) -> int:
        return max(1, int(min(self.limits.rows, self.cost.rows_worth()))) if self.batching else 0

    def _turn(self) -> None:
        self._lonely = self._queue.works + self._ahead < 2
        self._scheduled = self._ahead = False
        self._flush()

    def _flush(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
        while self._queue.works and self._running < self.limits.at_once:
            if self.limits.delay and self._waits():
                return None
            for prepare in self.prepares:
                prepare()
            works = self._take()
            if not works:
                continue
            rows = works[0].rows if len(works) == 1 else sum([work.rows for work in works])
            plain = len(works) == 1 or not self._runner.due
            if plain and self._on_loop.may(self.cost, rows) and self._queue.agrees(works[0]):
                ended = self._run(works, rows)
                self._finish(works, rows, plain, ended)
                self._poll.answered(ended)
                return self._wake()  # connections are read, and others written, between two batches
            self._start(works, rows, plain)
        if self._idle is not None and not self._queue.works and not self._running:
            self._idle.set()
            self._idle = None
        return None

    def _wake(self) -> None:
        if (self._queue.works or self._idle) and not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._turn)

    def _waits(self) -> bool:
        """Whether the next batch is put off: until one more work comes, or should have come."""
        work = self._queue.oldest()
        left = work.queued + self.limits.delay - clock()
        works = self._queue.works
        if left <= 0 or work.deadline != inf or self._queue.rows >= self._rows() or self._idle or not self.batching:
            return False
        if not self.cost.waiting_pays(works, self._gap):
            return False
        self._later = self._loop.call_later(min(left, self._gap), self._flush)
        return True

    def _take(self) -> list[Work]:
        """The next batch, without what nobody waits for any more."""
        now = clock()
        taken = self._queue.take(self._rows() if self._queue.works > 1 else 0)
        stale = False
        for work in taken:
            work.started = now
            stale = stale or work.abandoned or work.deadline <= now or work.failure is not None
        return [work for work in taken if self._is_wanted(work, now)] if stale else taken

    def _is_wanted(self, work: Work, now: float) -> bool:
        if work.abandoned:
            return False
        if work.deadline <= now:
            work.failure = Expired(now - work.queued)
        if work.failure is not None:
            self._end(work)
        return work.failure is None

    def _start(self, works: list[Work], rows: int, plain: bool) -> None:
        self._running += 1
        self._busy_until = clock() + self.cost.seconds(rows)
        future = self._loop.run_in_executor(self._pool, self._run, works, rows)
        future.add_done_callback(lambda done: self._ran(works, rows, plain, done))

    def _ran(self, works: list[Work], rows: int, plain: bool, done: "asyncio.Future[float]") -> None:
        self._running -= 1
        if not done.cancelled():
            self._finish(works, rows, plain, done.result())
        self._flush()

    def _run(self, works: list[Work], rows: int) -> float:
        """Runs a batch; returns when it ended."""
        try:
            self._runner.run(works, rows)
        except Exception:
            log.exception("a batch hit a fault of the server")
            for work in works:
                if work.batch is None and work.failure is None:
                    work.failure = ProtocolError("the server has a fault; its log says more", 500)
        return clock()

    def _finish(self, works: list[Work], rows: int, plain: bool, ended: float) -> None:
        """Answers first. plain: the batch ran once, so that what it took is what it costs."""
        for work in works:
            work.ended = ended
            if not work.abandoned:
                self._end(work)
        started = works[0].started
        self._ended = ended
        if plain and (self._runner.together or len(works) == 1):
            if self._on_loop.doubts(ended - started, self.cost, rows):
                self._run_again(works, rows, ended - started)
            else:
                self.cost.learn(max(rows, 1), ended - started)
        try:
            self._observed(works, started, ended)
        except Exception:
            log.exception("observing a batch hit a fault of the server")

    def _run_again(self, works: list[Work], rows: int, seconds: float) -> None:
        """In a thread, whose own time tells whether it is the model that takes so many seconds."""
        self._running += 1
        future = self._loop.run_in_executor(self._pool, self._runner.cpu_seconds, works, rows)
        future.add_done_callback(lambda done: self._ran_again(rows, seconds, done))

    def _ran_again(self, rows: int, seconds: float, done: "asyncio.Future[float]") -> None:
        self._running -= 1
        failed = done.cancelled() or done.exception() is not None
        if self._on_loop.ran_again(inf if failed else done.result(), rows):
            self.cost.learn(max(rows, 1), seconds)
        self._flush()

    def _end(self, work: Work, failure: ProtocolError | None = None) -> None:
        if failure is not None:
            work.failure = failure
        try:
            work.finish()
        except Exception:
            log.exception("answering a request hit a fault of the server")
