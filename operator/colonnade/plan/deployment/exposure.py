"""What has to be measured: which revision, and since when. `observe` asks Prometheus accordingly."""

from datetime import UTC, datetime, timedelta

from colonnade.plan.deployment.rollout.rollback import watched_since
from colonnade.signals.evidence import Exposure
from colonnade_api import DeploymentSpec, DeploymentStatus
from colonnade_api.datasets.history import draining, is_rejected, restores

BEGINNING = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
"""Each signal looks back as far as its window."""


def exposure(status: DeploymentStatus, spec: DeploymentSpec, now: datetime) -> Exposure | None:
    """What this status wants measured: the candidate, else what serves, on which nothing is decided once it is no
    longer watched.

    The same status that a pass plans on; None while no requests that could judge anyone are under way.
    """
    candidate, stable = status.candidate, status.stable
    if stable is None:
        return None
    if candidate is None:
        since = None if is_rejected(status) else watched_since(status, spec, now)
        return Exposure(stable.revision, None, since or BEGINNING, None, standing=since is None)
    if draining(status) or restores(status) or candidate.exposed_since is None:
        return None
    baseline = stable.revision if candidate.weight < 100 else None
    return Exposure(candidate.revision, baseline, candidate.exposed_since, status.step.since if status.step else None)
