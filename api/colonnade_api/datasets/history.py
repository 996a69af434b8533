"""What a Deployment's status tells of its past, for all who go by it."""

from typing import Protocol

from colonnade_api.deployments.deployment import DeploymentStatus
from colonnade_api.deployments.rollouts import Rollout


class Named(Protocol):
    """A revision, wherever it is told of."""

    @property
    def revision(self) -> str: ...

    @property
    def model_version(self) -> str | None: ...


def name_of(one: Named, beside: Named | None = None) -> str:
    """Its version; with the revision too where `beside` serves the same version, by other settings."""
    if not one.model_version:
        return one.revision
    same = beside is not None and beside.model_version == one.model_version and beside.revision != one.revision
    return full_name(one) if same else one.model_version


def full_name(one: Named) -> str:
    """`flights-late-2 (8d5e957f29)`."""
    return f"{one.model_version} ({one.revision})" if one.model_version else one.revision


def promoted_before(status: DeploymentStatus) -> tuple[Rollout, ...]:
    """Revisions that were trusted before the one that is now, newest first, without those that were rejected."""
    stable = status.stable.revision if status.stable else None
    refused = {entry.revision for entry in status.rejected}
    found: dict[str, Rollout] = {}
    for over in status.history:
        if over.outcome == "Promoted" and over.revision != stable and over.revision not in refused:
            found.setdefault(over.revision, over)
    return tuple(found.values())


def is_rejected(status: DeploymentStatus) -> bool:
    """Whether the stable revision failed or was undone after its promotion, and only serves until another can."""
    return status.stable is not None and any(entry.revision == status.stable.revision for entry in status.rejected)


def restores(status: DeploymentStatus) -> bool:
    """Whether the candidate is a trusted revision on its way back."""
    candidate = status.candidate
    if candidate is None or not is_rejected(status):
        return False
    return any(over.revision == candidate.revision for over in promoted_before(status))


def draining(status: DeploymentStatus) -> bool:
    """Whether the candidate was rolled back and only drains."""
    over = status.history[0] if status.history else None
    if over is None or status.candidate is None:
        return False
    return over.revision == status.candidate.revision and over.outcome != "Promoted" and over.ended_at is None
