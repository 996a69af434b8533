"""What a person sees while they wait: the step's name, then how long it took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


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
