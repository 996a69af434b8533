"""A ModelVersion whose namespace has another store now than the one that its bundle lies in."""

from colonnade.plan.common.conditions import ConditionUpdate, carried_over, false, true
from colonnade.plan.common.places import MOVED, Place
from colonnade_api import ModelVersionStatus

KEPT = ("Tuned", "Trained", "Validated", "Approved", "Erased")


def relocated(status: ModelVersionStatus, place: Place | None) -> ModelVersionStatus:
    """With the address of today for a bundle that was copied."""
    if place is None or not place.copied_from or not status.artifact_uri:
        return status
    return status.model_copy(update={"artifact_uri": place.today(status.artifact_uri)})


def elsewhere(status: ModelVersionStatus, place: Place | None) -> str:
    """Why the bundle can't be served; empty where there is none, or it lies in the namespace's store."""
    if place is None or not status.artifact_uri or place.has(status.artifact_uri):
        return ""
    return place.moved("its bundle lies", status.artifact_uri.rpartition("/models/")[0])


def conditions(status: ModelVersionStatus, said: str) -> tuple[ConditionUpdate, ...]:
    return (false("Ready", MOVED, said), *carried_over(status.conditions, KEPT), true("Stalled", MOVED, said))
