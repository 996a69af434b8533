"""Labels, annotations and the finalizer that stand on objects: people, tools and every program of ours rely on them."""

from colonnade_api.common import GROUP

MANAGED_BY_LABEL = "app.kubernetes.io/managed-by"
COMPONENT_LABEL = "app.kubernetes.io/component"

DATASET_LABEL = f"{GROUP}/dataset"
MODEL_VERSION_LABEL = f"{GROUP}/modelversion"
DEPLOYMENT_LABEL = f"{GROUP}/deployment"
REVISION_LABEL = f"{GROUP}/revision"
SPEC_HASH_LABEL = f"{GROUP}/spec-hash"


PROMOTE_ANNOTATION = f"{GROUP}/promote"
ABORT_ANNOTATION = f"{GROUP}/abort"
RETRY_ANNOTATION = f"{GROUP}/retry"
UNDO_ANNOTATION = f"{GROUP}/undo"
REFRESH_ANNOTATION = f"{GROUP}/refresh"
UPLOAD_ANNOTATION = f"{GROUP}/upload"
"""Of a ModelVersion: sha256:HEX of the file that was pushed for it."""
KEEP_ANNOTATION = f"{GROUP}/keep"
"""Of a Dataset: something to do for its versions, as colonnade_api.datasets.keepcommands has it."""
FORGET_BY_ANNOTATION = f"{GROUP}/forget-by"
"""Of a Dataset: who asked last for a subject to be forgotten; admission puts it there."""
FORGET_REASON_ANNOTATION = f"{GROUP}/forget-reason"
RETRAINED_BY_LABEL = f"{GROUP}/retrained-by"
"""Of a ModelVersion: the MonitorPolicy that asked for it."""
IN_PLACE_OF_ANNOTATION = f"{GROUP}/in-place-of"
"""Of such a ModelVersion: the one that served, whose spec it has."""
BECAUSE_ANNOTATION = f"{GROUP}/because"
"""Of such a ModelVersion: what the signal said."""
TAG_PREFIX = f"tag.{GROUP}/"
"""Of a Dataset: a name for one of its versions; the value is its digest."""
HOLD_PREFIX = f"hold.{GROUP}/"
"""Of a Dataset: a version that stays, by the first 32 hex digits of its digest; the value says why."""
DIGEST_ANNOTATION = f"{GROUP}/digest"

FINALIZER = f"{GROUP}/finalizer"
