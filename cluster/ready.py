"""Waiting for something to become true."""

import time
from collections.abc import Callable

from cluster.steps import ClusterError

LOOK_AGAIN_SECONDS = 0.1


def wait_until(
    true: Callable[[], bool], what: str, limit_seconds: float, check: Callable[[], None] = lambda: None
) -> None:
    """Raises ClusterError naming what didn't come true in time; `check` may raise sooner, when it no longer can."""
    deadline = time.monotonic() + limit_seconds
    while not true():
        check()
        if time.monotonic() > deadline:
            raise ClusterError(f"{what}: not so after {limit_seconds:.0f} s")
        time.sleep(LOOK_AGAIN_SECONDS)
