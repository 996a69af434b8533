"""Restarts of containers over time, of pods that come and go."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.bench.scale.fleet import pods_of
from tests.e2e.world import Refused, kubectl

LOOK_SECONDS = 5.0


class Restarts:
    """Counts of each pod as they were last seen, and by how much all of them have grown."""

    def __init__(self) -> None:
        self.grown: dict[str, int] = {}
        self._last: dict[str, int] = {}

    def saw(self, counts: dict[str, int], *, first: bool = False) -> None:
        """A pod that is new may have started again before it was seen for the first time."""
        for pod, count in counts.items():
            more = count - self._last.get(pod, count if first else 0)
            if more > 0:
                self.grown[pod] = self.grown.get(pod, 0) + more
        self._last = {**self._last, **counts}


@contextmanager
def watched(*namespaces: str) -> Iterator[Restarts]:
    restarts, over = Restarts(), threading.Event()
    restarts.saw(_counts(namespaces), first=True)

    def look() -> None:
        while not over.wait(LOOK_SECONDS):
            with suppress(Refused):  # an API server under load may be late: the counts only grow
                restarts.saw(_counts(namespaces))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield restarts
    finally:
        over.set()
        thread.join()
        restarts.saw(_counts(namespaces))


def _counts(namespaces: tuple[str, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for namespace in namespaces:
        listed = kubectl("get", "pods", "-n", namespace, "-o", "json")
        found |= {f"{namespace}/{pod}": count for pod, count in pods_of(listed).items()}
    return found
