"""What has to be measured: which revision, and since when. `observe` asks Prometheus accordingly."""

from datetime import datetime

from colonnade.api import DeploymentSpec, DeploymentStatus
from colonnade.plan.observed import Exposure
from colonnade.plan.records import leaving
from colonnade.plan.rollout.rollback import is_rejected, restores, watched_since

EXPOSED = "Exposed"
"""Condition: the candidate has had requests; since when is in its lastTransitionTime."""


def exposure(status: DeploymentStatus, spec: DeploymentSpec, now: datetime) -> Exposure | None:
    """What this status wants measured: the candidate, else a stable that is still watched, else nothing.

    The same status that a pass plans on; None while no requests that could judge anyone are under way.
    """
    candidate, stable = status.candidate, status.stable
    if candidate is None or stable is None:
        since = watched_since(status, spec, now) if stable and not is_rejected(status) else None
        return Exposure(stable.revision, None, since, None) if stable and since else None
    exposed = status.condition(EXPOSED)
    if leaving(status) or restores(status) or not exposed or exposed.status != "True":
        return None
    baseline = stable.revision if candidate.weight < 100 else None
    return Exposure(
        candidate.revision, baseline, exposed.last_transition_time, status.step.since if status.step else None
    )
