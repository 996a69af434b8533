"""A version that was trained before anything served is made once more, to be compared with what serves by now.

The same training makes the same bundle, so the second Job's answer is the first one's, and the comparison with it.
"""

from colonnade.plan.common.digests import short_hash
from colonnade.plan.common.job_results import finished
from colonnade.plan.common.observed import Job
from colonnade.plan.modelversion.observed import ObservedModelVersion
from colonnade_api import ModelVersionSpec, ModelVersionStatus
from colonnade_api.jobs import TrainResult


def job_name(observed: ObservedModelVersion, spec_hash: str) -> str | None:
    """Of the Job that compares it with what serves now; None where nothing does."""
    if observed.serving is None:
        return None
    return f"{observed.metadata.name}-{short_hash([spec_hash, 'compared with', observed.serving.digest])}"


def job_of(observed: ObservedModelVersion, spec_hash: str) -> Job | None:
    name = job_name(observed, spec_hash)
    return next((job for job in observed.jobs if job.name == name), None)


def is_due(spec: ModelVersionSpec, status: ModelVersionStatus) -> bool:
    """Whether a gate waits for it."""
    waits = any(verdict.verdict == "NoData" for verdict in status.gates)
    return bool(spec.training and status.digest and status.dataset and not status.comparison and waits)


def goes_on(job: Job | None) -> bool:
    """Whether more comes of it by waiting."""
    return job is None or not finished(job)


def with_comparison(status: ModelVersionStatus, said: TrainResult | None) -> ModelVersionStatus:
    """said: that Job's answer. What it compared has to be this very bundle: of another one it says nothing."""
    if status.comparison or not status.digest or said is None or said.digest != status.digest:
        return status
    return status.model_copy(update={"comparison": said.comparison})
