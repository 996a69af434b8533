"""Work for a thread of its own, with a bounded queue: what the loop hands over never makes it wait."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

Item = TypeVar("Item")
MOST_WAITING = 1024
AT_ONCE = 256


class BackgroundWorker(Generic[Item]):
    """A daemon thread that hands what was offered to `work`, up to 256 items at once, at the latest after `seconds`."""

    def __init__(self, name: str, work: Callable[[list[Item]], None], seconds: float = 1.0) -> None:
        self._work, self._seconds = work, seconds
        self._waiting: deque[Item] = deque()
        self._called = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def offer(self, item: Item) -> bool:
        """Hands an item over; False when too many wait."""
        if len(self._waiting) >= MOST_WAITING:
            return False
        self._waiting.append(item)
        if len(self._waiting) == AT_ONCE:
            self._called.set()
        return True

    def finish(self) -> None:
        """Nothing more comes: what waits is done at once, and the thread ends."""
        self._ending = True
        self._called.set()

    def close(self, seconds: float) -> list[Item]:
        """Ends the thread once all is done, within `seconds`; returns the items that are left, and never done."""
        self.finish()
        self._thread.join(max(seconds, 0.0))
        left: list[Item] = []
        while taken := self._taken():
            left += taken
        return left

    def _run(self) -> None:
        while not self._ending or self._waiting:
            if not self._ending:
                self._called.wait(self._seconds)
            self._called.clear()
            while taken := self._taken():
                self._do(taken)

    def _taken(self) -> list[Item]:
        taken: list[Item] = []
        with suppress(IndexError):  # at the end two threads take them
            while len(taken) < AT_ONCE:
                taken.append(self._waiting.popleft())
        return taken

    def _do(self, taken: list[Item]) -> None:
        try:
            self._work(taken)
        except Exception:
            log.exception("a fault of the server", extra={"thread": self._thread.name, "lost": len(taken)})
