"""What a rollout may do next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class Hold:
    """Stay at this step. `weight` changes what the candidate gets meanwhile; `clock` restarts or stops the step's
    time."""

    reason: str
    message: str
    weight: int | None = None
    clock: Literal["Start", "Stop"] | None = None


@dataclass(frozen=True)
class Advance:
    """Go on to the step of this index."""

    index: int
    message: str


@dataclass(frozen=True)
class Promote:
    """The candidate is trusted from now on."""

    reason: str
    message: str


@dataclass(frozen=True)
class Rollback:
    """All requests go back to stable at once. RolledBack is remembered, so that the revision isn't tried again."""

    outcome: Literal["RolledBack", "Superseded"]
    reason: str
    message: str
    breached_at: datetime | None = None


Move = Hold | Advance | Promote | Rollback
