"""An event loop that leaps from one moment at which something is due to the next: no test waits, and no sleep is late.

For what only sleeps and wakes; who has sockets or threads needs real time.
"""

import asyncio
import selectors


class _Leaps(selectors.SelectSelector):
    """Instead of waiting it is later."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if not found and timeout is None:
            raise AssertionError("everyone waits, and nothing will ever happen")
        self.now += 0.0 if found else timeout or 0.0
        return found


class LeapingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._leaps = _Leaps()
        super().__init__(self._leaps)

    def time(self) -> float:
        return self._leaps.now
