"""Why a task did not run."""

import math

from ..protocol.errors import ProtocolError


class Overloaded(ProtocolError):
    """A request that is turned away before any work.

    retry_after: whole seconds until it is worth coming back. reason: one of telemetry.reasons.
    """

    def __init__(self, message: str, seconds: float = 0.0, reason: str = "overloaded") -> None:
        super().__init__(message, 503)
        self.retry_after = max(1, math.ceil(seconds))
        self.reason = reason


class Expired(ProtocolError):
    """A request whose deadline passed while it waited; it never ran."""

    reason = "expired"

    def __init__(self, waited: float) -> None:
        super().__init__(f"the deadline passed after {waited:.3f} s of waiting; the request did not run", 504)
