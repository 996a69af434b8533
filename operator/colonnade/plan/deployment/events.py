"""What a pass tells people: the changes between two statuses."""

from colonnade.formatting import clipped
from colonnade.plan.common.decision import Event
from colonnade_api import DeploymentStatus
from colonnade_api.datasets.history import full_name, name_of

WORTH_SAYING = frozenset(
    {
        "NoData",
        "Error",
        "TrafficUnproven",
        "NothingJudges",
        "PolicyUnavailable",
        "PausedAtStep",
        "ProgressDeadlineExceeded",
        "SignatureChanged",
        "SignatureUnknown",
    }
)


def events(before: DeploymentStatus, after: DeploymentStatus) -> tuple[Event, ...]:
    """A rollout begins, shifts, waits for something unusual, ends."""
    return (*_begun(before, after), *_shifted(before, after), *_waits(before, after), *_over(before, after))


def _begun(before: DeploymentStatus, after: DeploymentStatus) -> tuple[Event, ...]:
    candidate, was = after.candidate, before.candidate
    if candidate is None or (was and was.revision == candidate.revision):
        return ()
    beside = f" beside {name_of(after.stable, candidate)}" if after.stable else ""
    return (Event("Normal", "RolloutStarted", f"{full_name(candidate)} starts{beside}"),)


def _shifted(before: DeploymentStatus, after: DeploymentStatus) -> tuple[Event, ...]:
    candidate, was = after.candidate, before.candidate
    weight = was.weight if was and candidate and was.revision == candidate.revision else 0
    if candidate is None or candidate.weight == weight:
        return ()
    where = f", step {after.step.index + 1} of {after.step.total}" if after.step and after.step.total else ""
    said = f"{name_of(candidate, after.stable)} gets {candidate.weight} % of the requests (before: {weight} %){where}"
    return (Event("Normal", "WeightSet", said),)


def _waits(before: DeploymentStatus, after: DeploymentStatus) -> tuple[Event, ...]:
    step, was = after.step, before.step
    if (
        after.candidate is None
        or step is None
        or step.reason not in WORTH_SAYING
        or (was and was.reason == step.reason)
    ):
        return ()
    return (Event("Normal" if step.reason == "PausedAtStep" else "Warning", step.reason or "", step.message or ""),)


def _over(before: DeploymentStatus, after: DeploymentStatus) -> tuple[Event, ...]:
    known = {(over.revision, over.decided_at) for over in before.history}
    fresh = [over for over in after.history if (over.revision, over.decided_at) not in known]
    return tuple(
        Event(
            "Warning" if over.outcome == "RolledBack" else "Normal",
            over.outcome,
            clipped(f"{over.reason}: {over.message}"),
        )
        for over in reversed(fresh)
    )
