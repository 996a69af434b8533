"""Old revisions: asleep once no router knows them, kept for the way back, gone when they can't be wanted any more."""

from datetime import datetime, timedelta

from colonnade.plan.common.actions import Action, DeleteRevision, ScaleRevision
from colonnade.plan.deployment.observed import Router, Workload
from colonnade.plan.deployment.routing import mentions
from colonnade_api import DeploymentSpec, DeploymentStatus
from colonnade_api.datasets.history import promoted_before


def in_use(*statuses: DeploymentStatus) -> frozenset[str]:
    """Revisions that serve or are to serve by one of these statuses."""
    served = [each for status in statuses for each in (status.stable, status.candidate) if each]
    return frozenset(each.revision for each in served)


def unneeded_workloads(
    before: DeploymentStatus, after: DeploymentStatus, workloads: tuple[Workload, ...], routers: tuple[Router, ...]
) -> list[Workload]:
    """Workloads that nothing needs: neither the status that routers may still obey, nor the new one, nor a router."""
    used = in_use(before, after)
    return [
        each
        for each in workloads
        if each.revision not in used and not each.deleting and not mentions(routers, each.revision)
    ]


def cleanup(
    unneeded: list[Workload], status: DeploymentStatus, spec: DeploymentSpec, now: datetime
) -> tuple[Action, ...]:
    """Trusted ones go to sleep (blue-green: after scaleDownDelay), others go for good."""
    trusted = {over.revision for over in promoted_before(status)}
    delayed = stays_awake_until(status, spec)
    actions: list[Action] = []
    for workload in unneeded:
        if workload.revision not in trusted:
            actions.append(DeleteRevision(workload.revision))
        elif workload.desired > 0 and not (delayed and now < delayed):
            actions.append(ScaleRevision(workload.revision, 0))
    return tuple(actions)


def stays_awake_until(status: DeploymentStatus, spec: DeploymentSpec) -> datetime | None:
    """Blue-green keeps the old pods for a while after promotion, for the quickest way back."""
    newest = status.history[0] if status.history else None
    delay = spec.strategy.blue_green.scale_down_delay if spec.strategy.blue_green else timedelta()
    if not newest or newest.outcome != "Promoted" or not newest.decided_at or not delay:
        return None
    return newest.decided_at + delay
