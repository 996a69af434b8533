"""What a Job that keeps is told."""

from colonnade.plan.dataset.keeping.due import Due
from colonnade.plan.dataset.observed import ObservedDataset
from colonnade_api import DatasetStatus
from colonnade_api.keepcommands import ALL, DRY_RUN, parse
from colonnade_api.keepjobs import AuditTask, BackUpTask, CollectTask, DiffTask, KeepTask, RestoreTask, VerifyTask


class NotPossible(Exception):
    """What was asked for can't be done; the message says why, and what to do."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def task_of(wanted: Due, observed: ObservedDataset, status: DatasetStatus) -> KeepTask:
    """Raises NotPossible."""
    arguments = command.arguments if (command := parse(wanted.asked)) else ()
    versions = tuple(version for version in status.versions if version.digest)
    digests = tuple(version.digest for version in versions if version.digest)
    match wanted.kind:
        case "Audit":
            return AuditTask(versions=digests)
        case "BackUp":
            return BackUpTask(versions=versions)
        case "Verify":
            return VerifyTask(versions=versions)
        case "Restore":
            return RestoreTask(versions=() if arguments == (ALL,) else tuple(map(_digest, arguments)))
        case "Diff":
            before, after = map(_digest, arguments)
            return DiffTask(before=before, after=after)
        case "Collect":
            return _collect(observed, dry_run=arguments == (DRY_RUN,))


def _collect(observed: ObservedDataset, *, dry_run: bool) -> CollectTask:
    found = observed.collection
    if found is None:
        raise NotPossible(
            "NotCollecting",
            "garbage is collected by the oldest Dataset of the namespace that has spec.retention, and this one isn't "
            "it; ask that one, or give one of them a retention",
        )
    if found.unreadable:
        raise NotPossible(
            "ReferencesUnreadable",
            f"{found.unreadable} can't be read, so that what it refers to isn't known and nothing may be removed; "
            "mend or delete it",
        )
    return CollectTask(installation=found.installation, references=found.references, dry_run=dry_run)


def _digest(argument: str) -> str:
    digits = argument.removeprefix("sha256:")
    if len(digits) != 64 or not set(digits) <= set("0123456789abcdef"):
        raise NotPossible("InvalidCommand", f"{argument} is no digest; write all of its 64 hex digits")
    return f"sha256:{digits}"
