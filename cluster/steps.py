"""Waiting: the steps that a person sees meanwhile, and what doesn't come true in time."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOOK_AGAIN_SECONDS = 0.1


class ClusterError(Exception):
    """Something that the person at the keyboard can act on; shown without a stack trace."""


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Names what is going on before it starts, so that a long one isn't taken for a hang."""
    started = time.monotonic()
    say(f"   … {name}")
    try:
        yield
    except BaseException:
        say(f"   ✗ {name} ({time.monotonic() - started:.1f} s)")
        raise
    say(f"   ✓ {name} ({time.monotonic() - started:.1f} s)")


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
