"""Another key: each version's data key is wrapped anew, in the store and in the backup; no rows are written."""

from collections.abc import Sequence
from pathlib import Path

from colonnade_api.datasets.dataset import DatasetVersion
from colonnade_api.jobs.keeping import KeepJob, KeepResult
from colonnade_serving.store import Store

from ..data import encryption
from ..errors import PermanentError
from . import backup
from .copies import Copies


def run(
    job: KeepJob, versions: Sequence[DatasetVersion], store: Store, copies: Copies | None, scratch: Path
) -> KeepResult:
    """Raises PermanentError (InvalidSpec, KeyMissing, DatasetCorrupt), TransientError."""
    ring = encryption.mounted()
    key = encryption.wrapping_key(job.spec, ring)
    if key is None:
        raise PermanentError("InvalidSpec", f"spec.privacy.encryption: dset/{job.name} names no key to wrap by")
    encryption.protect(store, [each.digest for each in versions if each.digest], ring, key, scratch)
    said = f"{len(versions)} versions are wrapped by the {key.name} (id {key.id}) in the store"
    if copies is None:
        return KeepResult(outcome="Succeeded", reason="Rotated", message=f"{said}; there is no backup")
    copied = backup.copy_all(versions, store, copies, scratch)
    if copied.outcome == "Failed":
        return copied.model_copy(update={"message": f"{said}; of the backup: {copied.message}"})
    return copied.model_copy(
        update={"reason": "Rotated", "message": f"{said} and in the backup: previousKeys open nothing more"}
    )
