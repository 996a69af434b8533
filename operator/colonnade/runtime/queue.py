"""The work queue: each key once, one pass a key at a time, and no key waits for another's failures."""

import asyncio
import heapq
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Generic, TypeVar

K = TypeVar("K")

COALESCE_SECONDS = 0.02  # a burst of events about one object becomes one pass
FIRST_RETRY_SECONDS = 0.2
LAST_RETRY_SECONDS = 60.0
HURRIED_RETRY_SECONDS = 1.0  # an event during back-off may bring the fix, so it is tried early, though never at once
NEVER = float("inf")


class WorkQueue(Generic[K]):
    """Deduplicating and delaying.

    reconcile: one pass; returns after how long to pass again, or None for not until something happens. Whatever it
    raises is a failure, retried after an exponential, jittered back-off of its own key.
    failed: hears of each failure, and may name a longer wait in seconds.
    """

    def __init__(
        self,
        reconcile: Callable[[K], Awaitable[timedelta | None]],
        failed: Callable[[K, Exception], float | None],
        workers: int = 64,
        chance: random.Random | None = None,
    ) -> None:
        self._reconcile = reconcile
        self._failed = failed
        self._workers = workers
        self._chance = chance or random.Random()  # noqa: S311 - jitter
        self._due: dict[K, float] = {}
        self._heap: list[tuple[float, int, K]] = []
        self._pushed = 0
        self._running: dict[K, float] = {}  # when to run again, as asked for during the pass
        self._failures: dict[K, int] = {}
        self._not_before: dict[K, float] = {}
        self._changed = asyncio.Event()

    def add(self, key: K, after: float = COALESCE_SECONDS) -> None:
        """Asks for a pass in `after` seconds, or earlier where one is due earlier."""
        at = max(self._now() + after, self._not_before.get(key, 0.0))
        if key in self._running:
            self._running[key] = min(self._running[key], at)
        elif at < self._due.get(key, NEVER):
            self._schedule(key, at)

    def depth(self) -> int:
        """Keys that are due and wait for a worker."""
        return sum(at <= self._now() for at in self._due.values())

    def running(self) -> int:
        return len(self._running)

    async def run(self) -> None:
        """Until cancelled; passes under way are cancelled with it."""
        async with asyncio.TaskGroup() as passes:
            while True:
                self._changed.clear()
                while len(self._running) < self._workers and (key := self._take()) is not None:
                    self._running[key] = NEVER
                    passes.create_task(self._one_pass(key))
                await self._until_due_or_changed()

    def _schedule(self, key: K, at: float) -> None:
        self._due[key] = at
        self._pushed += 1
        heapq.heappush(self._heap, (at, self._pushed, key))
        self._changed.set()

    def _take(self) -> K | None:
        """The key that has been due the longest."""
        while self._heap and self._heap[0][0] <= self._now():
            at, _, key = heapq.heappop(self._heap)
            if self._due.get(key) == at:
                del self._due[key]
                return key
        return None

    async def _until_due_or_changed(self) -> None:
        busy = len(self._running) >= self._workers
        wait = None if busy or not self._heap else max(0.0, self._heap[0][0] - self._now())
        try:
            async with asyncio.timeout(wait):  # not wait_for, which in Python 3.11 may swallow that it is cancelled
                await self._changed.wait()
        except TimeoutError:
            return

    async def _one_pass(self, key: K) -> None:
        try:
            delay = await self._reconcile(key)
            self._failures.pop(key, None)
            self._not_before.pop(key, None)
            at = NEVER if delay is None else self._now() + delay.total_seconds()
        except Exception as error:
            at = self._back_off(key, self._failed(key, error) or 0.0)
        asked = self._running.pop(key)
        if (soonest := max(min(at, asked), self._not_before.get(key, 0.0))) < NEVER:
            self._schedule(key, soonest)
        self._changed.set()

    def _back_off(self, key: K, at_least: float) -> float:
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        ceiling = min(LAST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2.0 ** min(failures - 1, 20))
        wait = max(ceiling * self._chance.uniform(0.5, 1.0), at_least)
        self._not_before[key] = self._now() + min(wait, HURRIED_RETRY_SECONDS)
        return self._now() + wait

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
