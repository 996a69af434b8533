"""What passes over several kinds have seen alike: frozen snapshots that `observe` makes and `plan` reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class InvalidSpec:
    """A spec that the API server let through and our types refuse; the message names the field."""

    message: str


@dataclass(frozen=True)
class Job:
    """A batch/v1 Job of ours and what its newest pod said.

    `succeeded` and `failed` are the Job's own Complete and Failed conditions; a Job that is neither still runs or
    waits.
    `result` is the parsed termination message of a pod that exited 0; `message` is why it fails or waits
    (OOMKilled, ImagePullBackOff, the words of an Error answer), empty when all is well. `final`: it failed by an exit
    code that says that another try would only repeat it; `spent`: it failed for want of memory or time. `image` is what
    its pods run, `component` what it is for.
    """

    name: str
    spec_hash: str
    created_at: datetime
    active: int = 0
    attempts_failed: int = 0
    succeeded: bool = False
    failed: bool = False
    final: bool = False
    spent: bool = False
    finished_at: datetime | None = None
    result: Mapping[str, Any] | None = None
    message: str = ""
    deleting: bool = False
    image: str = ""
    component: str = ""
