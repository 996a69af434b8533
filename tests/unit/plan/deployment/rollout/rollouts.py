"""Rollouts for sentences about rules: healthy, measured and due for the next step, but for what the sentence says."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from colonnade.plan.deployment.observed import Applied, Router, Workload
from colonnade.plan.deployment.revisions import TargetRevision
from colonnade.plan.deployment.rollout.rollout import Rollout, Stage
from colonnade.signals import judge_all
from colonnade.signals.evidence import Counts, Evidence, Missing, SignalEvidence, Traffic
from colonnade_api import CandidateRevision, ServedRevision
from tests.unit.plan.world import at, deployment, digest, policy, signature

STABLE, CANDIDATE = "1111111111", "2222222222"
HEALTHY = Counts(1000, 2)


def canary(weight: int = 25, errors: Evidence = HEALTHY, **changes: Any) -> Rollout:
    """At 25 % of 5, 25, 50, for a minute that has just passed."""
    watching = policy()
    judged = judge_all(watching.signals, (SignalEvidence("errors", "q", errors, at=at(60)),))
    stages = tuple(Stage(each, timedelta(minutes=1)) for each in (5, 25, 50))
    rollout = Rollout(
        now=at(60),
        spec=deployment(),
        stages=stages,
        index=next((i for i, stage in enumerate(stages) if stage.weight == weight), 0),
        since=at(0),
        candidate=CandidateRevision(
            revision=CANDIDATE,
            model_version="flights-late-2",
            digest=digest("2"),
            signature=signature("dep_delay"),
            weight=weight,
        ),
        stable=ServedRevision(
            revision=STABLE,
            model_version="flights-late-1",
            digest=digest("1"),
            signature=signature("dep_delay"),
            weight=100 - weight,
        ),
        wanted=TargetRevision(CANDIDATE, "flights-late-2", digest("2"), "file:///store/models/2"),
        workload=workload(),
        routers=(sending(weight), sending(weight, "router-1")),
        policy=watching,
        judged=judged,
        traffic=Traffic(10 * weight, 1000),
        stable_ready=2,
    )
    return replace(rollout, **changes)


def workload(endpoints: int = 2, *waiting: str) -> Workload:
    return Workload(CANDIDATE, "flights-late-2", 2, endpoints, endpoints, endpoints, at(0), waiting)


def sending(weight: int, pod: str = "router-0") -> Router:
    return Router(pod, ready=True, reachable=True, applied=Applied(STABLE, CANDIDATE, weight))


def silent(pod: str = "router-1") -> Router:
    return Router(pod, ready=True, reachable=False)


def no_data(message: str) -> Missing:
    return Missing("NoData", message)
