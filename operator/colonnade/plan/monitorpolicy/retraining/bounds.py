"""Whether a retraining may begin: not too soon, not too often, not after others have come to nothing."""

from datetime import datetime, timedelta
from typing import NamedTuple

from colonnade_api.monitoring.retraining import Retrain, Retraining

WEEK = timedelta(days=7)
CAME_TO_NOTHING = ("NotPromoted", "Failed")


class HeldOff(NamedTuple):
    """Why none is begun though a signal asks for it."""

    reason: str
    message: str


def held_off(earlier: tuple[Retraining, ...], settings: Retrain, generation: int, now: datetime) -> HeldOff | None:
    """earlier: those of the same Deployment, the last first, all of them over. None where one may begin."""
    if settings.mode == "Off":
        return HeldOff("SwitchedOff", "spec.retrain.mode is Off: nothing is trained again")
    if _failures(earlier, generation) >= settings.stop_after_failures:
        said = (
            f"the last {settings.stop_after_failures} came to nothing (spec.retrain.stopAfterFailures): see "
            "status.retrainings; any change of the policy's spec begins anew"
        )
        return HeldOff("Stopped", said)
    if earlier and now < (due := earlier[0].begun_at + settings.cooldown):
        since = f"the last began at {earlier[0].begun_at:%F %H:%M}Z"
        return HeldOff("CoolingDown", f"{since} (spec.retrain.cooldown); not before {due:%F %H:%M}Z")
    recent = [each for each in earlier if each.begun_at > now - WEEK]
    if len(recent) >= settings.max_per_week:
        due = recent[settings.max_per_week - 1].begun_at + WEEK
        said = f"{len(recent)} within seven days (spec.retrain.maxPerWeek {settings.max_per_week}); not before "
        return HeldOff("LimitReached", f"{said}{due:%F %H:%M}Z")
    return None


def _failures(earlier: tuple[Retraining, ...], generation: int) -> int:
    """How many came to nothing in a row, under the policy as it stands."""
    count = 0
    for each in earlier:
        if each.outcome not in CAME_TO_NOTHING or each.generation != generation:
            break
        count += 1
    return count
