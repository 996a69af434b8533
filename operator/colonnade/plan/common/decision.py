"""What a pass decides: actions in the order of their execution, the whole status, events, and when to pass again.

Status is written where `RecordStatus` stands among the actions; without one it is written last.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, Literal, TypeVar

from colonnade.plan.common.actions import Action
from colonnade_api import DatasetStatus, DeploymentStatus, ModelVersionStatus, MonitorPolicyStatus


@dataclass(frozen=True)
class Event:
    """A Kubernetes Event on the object. `reason` is CamelCase and stable."""

    type: Literal["Normal", "Warning"]
    reason: str
    message: str


Status = TypeVar("Status", DatasetStatus, ModelVersionStatus, DeploymentStatus, MonitorPolicyStatus)


@dataclass(frozen=True)
class Decision(Generic[Status]):
    """`requeue_after` None: only a change brings the next pass (and the resync)."""

    actions: tuple[Action, ...]
    status: Status
    events: tuple[Event, ...] = ()
    requeue_after: timedelta | None = None
