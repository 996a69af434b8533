"""One at a time: builds into the cache, and changes to the cluster."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cluster.steps import say


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Waits until no other process holds this lock; the kernel lets go of it when its holder dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"   … waiting for another `python3 -m cluster` ({path})")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
