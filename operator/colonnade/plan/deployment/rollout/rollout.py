"""A rollout as the rules see it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from colonnade.plan.deployment.observed import UNSEEN, Applied, Router, Workload
from colonnade.plan.deployment.revisions import TargetRevision, Unresolved
from colonnade.signals import SignalVerdict
from colonnade.signals.evidence import Missing, Traffic
from colonnade_api import CandidateRevision, DeploymentSpec, MonitorPolicySpec, ServedRevision
from colonnade_api.datasets.history import name_of


@dataclass(frozen=True)
class Stage:
    """One step of a strategy: a share of the requests in percent, the least time that it stays, and whether someone
    has to agree.

    `ask`: it is over only when someone promotes it.
    """

    weight: int
    hold: timedelta = timedelta()
    ask: bool = False


@dataclass(frozen=True)
class Rollout:
    """The candidate, what it replaces, where it stands, and what is known about it.

    `released`: someone promoted it past this step; `aborted`: someone gave it up. `since`: when this step's clock
    was started, None before its weight was seen in force. `unready_since`, `unmeasured_since`,
    `stable_down_since`: since when that is so without a break, None while it isn't.
    """

    now: datetime
    spec: DeploymentSpec
    stages: tuple[Stage, ...]
    index: int
    since: datetime | None
    candidate: CandidateRevision
    stable: ServedRevision | None
    wanted: TargetRevision | Unresolved
    workload: Workload | None = None
    routers: tuple[Router, ...] = ()
    policy: MonitorPolicySpec | Missing | None = None
    judged: tuple[SignalVerdict, ...] = ()
    traffic: Traffic | Missing = UNSEEN
    released: bool = False
    aborted: bool = False
    stable_ready: int = 0
    unready_since: datetime | None = None
    unmeasured_since: datetime | None = None
    stable_down_since: datetime | None = None

    @property
    def stage(self) -> Stage:
        return self.stages[min(self.index, len(self.stages) - 1)]

    @property
    def last(self) -> bool:
        return self.index >= len(self.stages) - 1

    @property
    def endpoints(self) -> int:
        return self.workload.endpoints if self.workload else 0

    @property
    def capacity(self) -> int:
        """The share of all requests, in percent, that the candidate's ready pods may be asked to bear."""
        return bearable(self.endpoints, self.spec.replicas)

    @property
    def target(self) -> int:
        """The step's weight; all, where stable is down and a step has a weight at all."""
        alone = self.stage.weight > 0 and self.stable_is_down
        return 100 if alone else self.stage.weight

    @property
    def stable_is_down(self) -> bool:
        return self.stable_down_since is not None and self.now - self.stable_down_since >= STABLE_GRACE

    @property
    def elapsed(self) -> timedelta:
        return self.now - self.since if self.since else timedelta()

    @property
    def in_force(self) -> Applied:
        """What each router has to show."""
        stable = self.stable.revision if self.stable else None
        return Applied(stable, self.candidate.revision, self.candidate.weight)

    @property
    def candidate_name(self) -> str:
        return name_of(self.candidate, self.stable)

    @property
    def stable_name(self) -> str:
        """What requests go back to."""
        return name_of(self.stable, self.candidate) if self.stable else "none"


STABLE_GRACE = timedelta(seconds=30)
"""How long stable may have no ready pod before the candidate takes its requests too."""


def bearable(endpoints: int, replicas: int) -> int:
    """Percent of the requests that so many ready pods of so many may get: 100 % never falls on one pod of several."""
    return min(100, 100 * endpoints // replicas) if replicas else 0
