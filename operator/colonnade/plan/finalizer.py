"""Our finalizer: kept while there is something to take down in order."""

from colonnade.api import ObjectMeta
from colonnade.plan.decided import Decision, RemoveFinalizer, Status

FINALIZER = "colonnade.dev/finalizer"


def farewell(metadata: ObjectMeta, status: Status) -> Decision[Status]:
    """Nothing is left to take down: owner references see to the rest."""
    return Decision((RemoveFinalizer(),) if FINALIZER in metadata.finalizers else (), status)
