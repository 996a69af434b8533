"""Progress for `kubectl logs`: one line a step, with the share of the work that is done."""

import time

_started = time.monotonic()


def report(percent: int, what: str) -> None:
    """Prints `[ 40 %]  3.2 s  what`, flushed at once; percent: 0 to 100."""
    print(f"[{percent:3d} %] {time.monotonic() - _started:6.1f} s  {what}", flush=True)
