"""Revisions: a bundle and the settings it is served with, under one name; and which of them is wanted."""

from collections.abc import Container
from dataclasses import dataclass

from colonnade.plan.common.digests import short_hash
from colonnade.plan.deployment.observed import ModelVersionSummary
from colonnade_api import DeploymentSpec, RejectedRevision, ServedRevision, Serving, Signature
from colonnade_api.datasets.history import Named, name_of

BY_HAND = {"Undone": "was undone by hand", "Aborted": "was aborted by hand"}


@dataclass(frozen=True)
class TargetRevision:
    """The revision that ought to serve."""

    revision: str
    model_version: str
    digest: str
    artifact_uri: str
    signature: Signature | None = None


@dataclass(frozen=True)
class Unresolved:
    """No revision can be wanted now, and why."""

    reason: str
    message: str


def revision_of(digest: str, serving: Serving) -> str:
    """The revision's name. Settings left at their defaults don't count: a new default must restart no pods."""
    settings = serving.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
    return short_hash({"digest": digest, "serving": settings})


def resolve(
    spec: DeploymentSpec,
    versions: tuple[ModelVersionSummary, ...],
    rejected: tuple[RejectedRevision, ...],
    stable: ServedRevision | None = None,
) -> TargetRevision | Unresolved:
    """The version that spec.model names, or the newest approved one that wasn't rejected here.

    It is never older than the one that serves and is still approved: new settings that fail must bring no old model.
    """
    if spec.model.version:
        return _pinned(spec, versions, rejected, stable)
    refused = {entry.revision: entry for entry in rejected}
    candidates = _candidates(spec, versions, refused, stable)
    if kept := next((wanted for wanted in candidates if wanted.revision not in refused), None):
        return kept
    if candidates:
        said = refusal(candidates[0], refused[candidates[0].revision], stable)
        return Unresolved("AllRejected", f"{said}: apply one that mends it, or kubectl colonnade retry")
    return Unresolved("NoModelVersion", f"no version of {spec.model.name} is ready{_waits(versions)}")


def passed_over(
    spec: DeploymentSpec,
    versions: tuple[ModelVersionSummary, ...],
    rejected: tuple[RejectedRevision, ...],
    stable: ServedRevision | None,
) -> RejectedRevision | None:
    """The rejection that keeps the newest approved version from serving, where an older one does in its place."""
    if spec.model.version:
        return None
    newest = next(iter(_candidates(spec, versions, {entry.revision for entry in rejected}, stable)), None)
    return next((entry for entry in rejected if newest and entry.revision == newest.revision), None)


def refusal(wanted: Named, entry: RejectedRevision, stable: ServedRevision | None) -> str:
    """Why what is wanted doesn't serve."""
    return f"{name_of(wanted, stable)} {rejected_because(entry)} and is not started again by itself"


def rejected_because(entry: RejectedRevision) -> str:
    """`was undone by hand`, `failed here (ErrorRateBreached)`."""
    return BY_HAND.get(entry.reason) or f"failed here ({entry.reason})"


def _candidates(
    spec: DeploymentSpec,
    versions: tuple[ModelVersionSummary, ...],
    refused: Container[str],
    stable: ServedRevision | None,
) -> list[TargetRevision]:
    """Those that could serve, newest first, among them such as were refused."""
    trusted = stable if stable and stable.revision not in refused else None
    found = [_wanted(version, spec) for version in _not_behind(trusted, _newest_first(versions))]
    return [wanted for wanted in found if wanted]


def _pinned(
    spec: DeploymentSpec,
    versions: tuple[ModelVersionSummary, ...],
    rejected: tuple[RejectedRevision, ...],
    stable: ServedRevision | None,
) -> TargetRevision | Unresolved:
    name = spec.model.version or ""
    version = next((each for each in versions if each.name == name), None)
    if version is None:
        said = f"spec.model.version: there is no ModelVersion {name} of model {spec.model.name}; apply it"
        return Unresolved("ModelVersionNotFound", said)
    wanted = _wanted(version, spec)
    if wanted is None:
        return Unresolved(
            "ModelVersionNotReady", f"waits for ModelVersion {name}: {version.message or 'it is not ready'}"
        )
    entry = next((each for each in rejected if each.revision == wanted.revision), None)
    if entry is None:
        return wanted
    other = "name another version in spec.model.version, or kubectl colonnade retry"
    return Unresolved("Rejected", f"{refusal(wanted, entry, stable)}: {other}")


def _not_behind(stable: ServedRevision | None, newest_first: list[ModelVersionSummary]) -> list[ModelVersionSummary]:
    names = [version.name for version in newest_first if version.ready and not version.deleting]
    if stable is None or stable.model_version not in names:
        return newest_first
    serving = next(version for version in newest_first if version.name == stable.model_version)
    return newest_first[: newest_first.index(serving) + 1]


def _newest_first(versions: tuple[ModelVersionSummary, ...]) -> list[ModelVersionSummary]:
    return sorted(versions, key=lambda version: (version.created_at, version.name), reverse=True)


def _wanted(version: ModelVersionSummary, spec: DeploymentSpec) -> TargetRevision | None:
    if not version.ready or version.deleting or not version.digest or not version.artifact_uri:
        return None
    revision = revision_of(version.digest, spec.serving)
    return TargetRevision(revision, version.name, version.digest, version.artifact_uri, version.signature)


def _waits(versions: tuple[ModelVersionSummary, ...]) -> str:
    waiting = _newest_first(versions)[:1]
    return "; apply a ModelVersion" if not waiting else f"; {waiting[0].name}: {waiting[0].message or 'not ready'}"
