"""When a Deployment has to be looked at again though nothing tells of a change."""

from datetime import datetime, timedelta

from colonnade.plan.deployment.cleanup import in_use, stays_awake_until
from colonnade.plan.deployment.context import Context
from colonnade.plan.deployment.rollout.rollback import watched_since
from colonnade.plan.deployment.status import SCALED_TO_ZERO
from colonnade.signals.pods import fresh_for
from colonnade_api import DeploymentStatus
from colonnade_api.datasets.history import draining

PROMPT = timedelta(seconds=1)
"""While routers are about to change what they send."""

PATIENT = timedelta(seconds=5)
"""While a rollout goes on that no policy gives an interval for."""

SOON = frozenset({"WeightSet", "WeightNotApplied", "Measuring", "Restoring"})


def requeue_after(context: Context, status: DeploymentStatus) -> timedelta | None:
    """The shortest of what is waited for; None when only a change can matter."""
    waits = [*_rollout(context, status), *_retirement(context, status)]
    return max(min(waits), timedelta(milliseconds=100)) if waits else None


def _rollout(context: Context, status: DeploymentStatus) -> list[timedelta]:
    interval = context.policy.interval if context.policy else PATIENT
    if status.candidate is None:
        watched = watched_since(status, context.spec, context.now) and context.policy
        return [interval] if watched else _standing(context, interval)
    if draining(status) or (status.step and status.step.reason in SOON):
        return [PROMPT]
    if status.step and status.step.reason == SCALED_TO_ZERO:
        return []
    return [interval, *_rest_of_hold(context, status)]


def _standing(context: Context, interval: timedelta) -> list[timedelta]:
    """As often as a window turns so far that it says something new."""
    return [max(interval, fresh_for(each.signal.window)) for each in context.judged]


def _rest_of_hold(context: Context, status: DeploymentStatus) -> list[timedelta]:
    step = status.step
    if step is None or step.since is None or step.reason != "Holding":
        return []
    return [step.since + context.stages[min(step.index, len(context.stages) - 1)].hold - context.now]


def _retirement(context: Context, status: DeploymentStatus) -> list[timedelta]:
    """Routers tell no one when they have drained, so that is asked."""
    over = status.history[0] if status.history else None
    prompt = PROMPT if context.observed.routers else PATIENT
    ending = [prompt] if over and over.ended_at is None else []
    used = in_use(status)
    idle = [
        each for each in context.observed.workloads if each.revision not in used and each.desired and not each.deleting
    ]
    if not idle:
        return ending
    awake_until: datetime | None = stays_awake_until(status, context.spec)
    return [*ending, awake_until - context.now if awake_until and awake_until > context.now else PROMPT]
