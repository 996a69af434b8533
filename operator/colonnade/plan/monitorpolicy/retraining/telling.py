"""Retrainings as people read them: the policy's condition Retraining, and Events."""

from collections.abc import Callable, Collection, Mapping
from functools import partial

from colonnade.plan.common.conditions import ConditionUpdate, false, true
from colonnade.plan.common.decision import Event
from colonnade.plan.monitorpolicy.retraining.bounds import HeldOff
from colonnade_api.monitoring.retraining import Outcome, Retraining

RETRAINING = "Retraining"
ENDED: Mapping[Outcome, Callable[[str], Event]] = {
    "Promoted": partial(Event, "Normal", "RetrainPromoted"),
    "NotPromoted": partial(Event, "Warning", "RetrainNotPromoted"),
    "Failed": partial(Event, "Warning", "RetrainFailed"),
    "Withdrawn": partial(Event, "Normal", "RetrainWithdrawn"),
    "Suggested": partial(Event, "Normal", "RetrainSuggested"),
}


def condition(
    signals: Collection[str], records: tuple[Retraining, ...], reasons: Mapping[str, HeldOff]
) -> tuple[ConditionUpdate, ...]:
    """signals: those whose action is Retrain. reasons: by Deployment why none is begun though one of them asks."""
    under_way = [each for each in records if each.outcome is None]
    if under_way:
        reason = "Training" if any(each.model_version for each in under_way) else "WaitingForRows"
        return (true(RETRAINING, reason, "; ".join(f"mdep/{each.deployment}: {_state(each)}" for each in under_way)),)
    if not signals:
        return ()
    if reasons:
        said = "; ".join(f"mdep/{name}: {why.message}" for name, why in reasons.items())
        return (false(RETRAINING, next(iter(reasons.values())).reason, said),)
    return (false(RETRAINING, "NotNeeded", f"no Deployment fails {' or '.join(sorted(signals))}"),)


def _state(record: Retraining) -> str:
    return record.message or f"begun, because {record.signal}: {record.because}"


def events(before: tuple[Retraining, ...], after: tuple[Retraining, ...]) -> tuple[Event, ...]:
    """What has become of each since."""
    was = {(each.deployment, each.begun_at): each for each in before}
    return tuple(event for each in after for event in _turns(was.get((each.deployment, each.begun_at)), each))


def _turns(before: Retraining | None, after: Retraining) -> tuple[Event, ...]:
    about = f"mdep/{after.deployment}"
    found = []
    if before is None and after.outcome is None:
        found.append(Event("Normal", "RetrainBegun", f"{about}: {after.signal}: {after.because}"))
    if after.model_version and not (before and before.model_version):
        found.append(Event("Normal", "ModelVersionMade", f"mv/{after.model_version}, in place of mv/{after.serving}"))
    if after.outcome and not (before and before.outcome):
        found.append(ENDED[after.outcome](f"{about}: {after.message}"))
    return tuple(found)
