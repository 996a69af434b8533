"""Whether rows that a model was trained on were erased since: what it learnt of them stays in it."""

from colonnade.plan.common.conditions import ConditionUpdate, carried_over, true
from colonnade.plan.modelversion.observed import ObservedModelVersion


def erased(observed: ObservedModelVersion) -> tuple[ConditionUpdate, ...]:
    """Erased, once it is; what was once said stays, since the model stays what it is."""
    found = observed.erased
    if found is None:
        return tuple(each for each in carried_over(observed.status.conditions, ("Erased",)) if each.type == "Erased")
    version, name = found.version, observed.metadata.name
    by = f" by {version.by}" if version.by else ""
    why = f" ({version.reason})" if version.reason else ""
    at = f" on {version.at:%Y-%m-%d}" if version.at else ""
    said = (
        f"rows of someone in dset/{found.dataset} {version.digest[7:17]}, on which it was trained, were "
        f"erased{at}{by}{why}; its weights, golden inputs and distributions are what they made of them: train another "
        f"version on the rows that are left, and delete mv/{name}"
    )
    return (true("Erased", "RowsErased", said),)
