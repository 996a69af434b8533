"""What has to be measured: which revision, and since when. `observe` asks Prometheus accordingly."""

from datetime import datetime

from colonnade.plan.deployment.rollout.rollback import watched_since
from colonnade.signals.evidence import Exposure
from colonnade_api import DeploymentSpec, DeploymentStatus
from colonnade_api.history import draining, is_rejected, restores


def exposure(status: DeploymentStatus, spec: DeploymentSpec, now: datetime) -> Exposure | None:
    """What this status wants measured: the candidate, else a stable that is still watched, else nothing.

    The same status that a pass plans on; None while no requests that could judge anyone are under way.
    """
    candidate, stable = status.candidate, status.stable
    if candidate is None or stable is None:
        since = watched_since(status, spec, now) if stable and not is_rejected(status) else None
        return Exposure(stable.revision, None, since, None) if stable and since else None
    if draining(status) or restores(status) or candidate.exposed_since is None:
        return None
    baseline = stable.revision if candidate.weight < 100 else None
    return Exposure(candidate.revision, baseline, candidate.exposed_since, status.step.since if status.step else None)
