"""Whether the operator is alive: its leader Lease was seen to change within its own duration, on our own clock."""

from collections.abc import Mapping
from typing import Any

LONGEST_SECONDS = 60.0


class Heartbeat:
    """The first sight of a Lease proves nothing: it may have stood still for years. Only a change does."""

    def __init__(self) -> None:
        self._seen: tuple[Any, ...] | None = None
        self._alive_until: float | None = None

    def saw(self, lease: Mapping[str, Any] | None, now: float) -> None:
        """now: seconds on a clock that never goes back. None: the Lease is gone."""
        if lease is None:
            self._seen = self._alive_until = None
            return
        spec = lease.get("spec") or {}
        beat = (spec.get("holderIdentity"), spec.get("renewTime"), spec.get("leaseTransitions"))
        if self._seen is not None and beat != self._seen:
            self._alive_until = now + min(float(spec.get("leaseDurationSeconds") or 0), LONGEST_SECONDS)
        self._seen = beat

    def alive(self, now: float) -> bool:
        return self._alive_until is not None and now < self._alive_until
