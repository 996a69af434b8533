"""A version that is made once more, of the same spec and the same rows: does it become the same bundle?

What it finds changes nothing of the version: it is a record. The same bundle is signed anew, by the key of today.
"""

from datetime import datetime

from colonnade.plan.common.digests import short_hash
from colonnade.plan.common.job_results import answer, failure, gave_up
from colonnade.plan.common.observed import Job
from colonnade.plan.modelversion.observed import ObservedModelVersion
from colonnade_api import ModelVersionStatus
from colonnade_api.jobs import TrainResult
from colonnade_api.models.provenance import LONGEST_REQUEST, Reproduced
from colonnade_api.wellknown import REPRODUCE_ANNOTATION

AROUND = ("image", "arithmetic", "dataset", "spec", "source")
"""Of a lineage what may make another bundle, as it is part of one or of how it is computed."""

UNEXPLAINED = (
    "image, arithmetic, rows and spec are the same; the Dataset's owner or licence, which the card names, has changed "
    "since, or something is drawn at random"
)


def asked(observed: ObservedModelVersion) -> str:
    """What the request is told apart by; empty where there is none."""
    return observed.metadata.annotations.get(REPRODUCE_ANNOTATION, "")[:LONGEST_REQUEST]


def job_name(observed: ObservedModelVersion, spec_hash: str) -> str:
    return f"{observed.metadata.name}-{short_hash([spec_hash, 'reproduced', asked(observed)])}"


def job_of(observed: ObservedModelVersion, spec_hash: str) -> Job | None:
    name = job_name(observed, spec_hash)
    return next((job for job in observed.jobs if job.name == name), None) if asked(observed) else None


def is_due(observed: ObservedModelVersion, status: ModelVersionStatus) -> bool:
    """Whether there is a request that isn't answered, of something that was made."""
    answered = status.reproduced.request if status.reproduced else ""
    return bool(status.digest and asked(observed) and asked(observed) != answered)


def with_reproduction(
    status: ModelVersionStatus, observed: ObservedModelVersion, job: Job | None, now: datetime
) -> ModelVersionStatus:
    """What the Job's end says of the request, once."""
    if job is None or not is_due(observed, status):
        return status
    said = answer(job, TrainResult)
    if said is not None:
        found = _told(said, status, asked(observed), now)
    elif gave_up(job, TrainResult):
        found = Reproduced(request=asked(observed), at=now, message=failure(job, "ask once more")[1])
    else:
        return status
    return status.model_copy(update={"reproduced": found})


def _told(said: TrainResult, status: ModelVersionStatus, request: str, now: datetime) -> Reproduced:
    if said.digest is None:
        return Reproduced(request=request, at=now, same_digest=False, message=f"{said.reason}: {said.message}")
    same = said.digest == status.digest
    message = "made once more of the same spec and rows: the same bundle" if same else _why(said, status)
    return Reproduced(request=request, at=now, same_digest=same, digest=said.digest, message=message)


def _why(said: TrainResult, status: ModelVersionStatus) -> str:
    before = status.lineage.manifest() if status.lineage else {}
    after = said.lineage.manifest() if said.lineage else {}
    unlike = [
        f"{name} was {before.get(name) or 'unknown'}, and is {after.get(name) or 'unknown'}"
        for name in AROUND
        if before.get(name) != after.get(name)
    ]
    found = "; ".join(unlike) or UNEXPLAINED
    return f"another bundle came of it: {found}"
