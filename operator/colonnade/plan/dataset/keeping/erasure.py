"""What an erasure leaves in status: versions written anew in the place of those that were destroyed, and who asked."""

from colonnade_api import DatasetStatus, DatasetVersion
from colonnade_api.datasets.erasure import MAX_ERASED, ErasedBy, ErasedVersion
from colonnade_api.datasets.keeping import KeepingNow, KeepingRecord
from colonnade_api.jobs.keeping import KeepResult, Rewritten


def with_erased(status: DatasetStatus, begun: KeepingNow, record: KeepingRecord, said: KeepResult) -> DatasetStatus:
    """Each version that was written anew in the place of the old one; where that is listed already, once."""
    about = ErasedBy(by=begun.by, at=record.at, reason=begun.reason)
    made = {each.before: each for each in said.rewritten}
    placed = [_in_place(version, made, about) for version in status.versions]
    versions = {version.digest: version for version in placed if version}
    gone = tuple(
        ErasedVersion(digest=each.before, successor=each.after, by=about.by, at=about.at, reason=about.reason)
        for each in said.rewritten
        if each.before not in {known.digest for known in status.erased}
    )
    current = next(iter(versions), None)
    return status.model_copy(
        update={
            "versions": tuple(versions.values()),
            "current": current,
            "erased": (*gone, *status.erased)[:MAX_ERASED],
            "refused": None,
        }
    )


def successor(status: DatasetStatus, digest: str) -> str | None:
    """What is in the place of a version: itself, unless it was destroyed; None where nothing was left of it."""
    places = {each.digest: each.successor for each in status.erased}
    last: str | None = digest
    while last in places:
        last = places.pop(last)
    return last


def _in_place(version: DatasetVersion, made: dict[str, Rewritten], about: ErasedBy) -> DatasetVersion | None:
    """None where nothing was left of it."""
    found = made.get(version.digest or "")
    if found is None or version.digest is None:
        return version
    if found.after is None:
        return None
    before, after = version.digest.removeprefix("sha256:"), found.after.removeprefix("sha256:")
    moved = {
        field: uri.replace(before, after)
        for field in ("report_uri", "quarantine_uri")
        if (uri := getattr(version, field))
    }
    counts = {field: getattr(found, field) for field in ("rows", "bytes", "invalid_rows", "report_digest")}
    fresh = {"audited_at": None, "backed_up_at": None, "erased_by": about, "digest": found.after}
    return version.model_copy(update={**moved, **counts, **fresh})
