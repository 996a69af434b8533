"""Our finalizer: kept while there is something to take down in order."""

from colonnade.plan.common.actions import RemoveFinalizer
from colonnade.plan.common.decision import Decision, Status
from colonnade_api import ObjectMeta
from colonnade_api.wellknown import FINALIZER


def finalize(metadata: ObjectMeta, status: Status) -> Decision[Status]:
    """Nothing is left to take down: owner references see to the rest."""
    return Decision((RemoveFinalizer(),) if FINALIZER in metadata.finalizers else (), status)
