"""What a Job that keeps is told."""

from colonnade.plan.dataset.keeping import cascade
from colonnade.plan.dataset.keeping.due import Due
from colonnade.plan.dataset.keeping.retention import is_referred_to
from colonnade.plan.dataset.observed import ObservedDataset
from colonnade_api import DatasetSpec, DatasetStatus
from colonnade_api.datasets.keepcommands import ALL, DRY_RUN, TAKE_OVER, parse
from colonnade_api.datasets.keeping import KEPT_VERSIONS
from colonnade_api.jobs.keeping import (
    AuditTask,
    BackUpTask,
    CollectTask,
    DiffTask,
    ForgetTask,
    KeepTask,
    RestoreTask,
    RotateTask,
    VerifyTask,
    shortly,
)
from colonnade_api.references import HOLD_DIGITS, holds, tags

HEX = set("0123456789abcdef")


class NotPossible(Exception):
    """What was asked for can't be done; the message says why, and what to do."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def task_of(  # noqa: PLR0911 - one task a kind
    wanted: Due, observed: ObservedDataset, spec: DatasetSpec, status: DatasetStatus
) -> KeepTask:
    """Raises NotPossible."""
    arguments = command.arguments if (command := parse(wanted.asked)) else ()
    versions = tuple(version for version in status.versions if version.digest)
    digests = tuple(version.digest for version in versions if version.digest)
    match wanted.kind:
        case "Audit":
            return AuditTask(versions=digests)
        case "BackUp":
            return BackUpTask(versions=versions)
        case "Rotate":
            return RotateTask(versions=versions)
        case "Verify":
            return VerifyTask(versions=versions)
        case "Restore":
            return _restore(arguments, observed, spec, status)
        case "Diff":
            before, after = map(_digest, arguments)
            return DiffTask(before=before, after=after)
        case "Collect":
            return _collect(observed, arguments)
        case "Forget":
            return _forget(arguments, digests, observed)
        case "Cascade":
            return cascade.task(observed, status)


def _restore(
    arguments: tuple[str, ...], observed: ObservedDataset, spec: DatasetSpec, status: DatasetStatus
) -> RestoreTask:
    """All that would be there if nothing had been lost, or the one that was named."""
    listed = [version.digest for version in status.versions if version.digest]
    told = {"listed": tuple(map(shortly, listed)), "brought": bool(status.keeping_now and status.keeping_now.so_far)}
    annotations = observed.metadata.annotations
    if arguments != (ALL,):
        named = tuple(map(_digest, arguments))
        for digest in named:
            if listed and digest not in listed and not is_referred_to(digest, observed.metadata, observed.pinned):
                raise NotPossible(
                    "NotKept",
                    f"{digest} is not among the versions that stay, so that what is brought back would go again; hold "
                    "it, as kubectl colonnade restore does by itself, or give it a tag",
                )
        return RestoreTask(versions=named, **told)
    referred = dict.fromkeys((*listed, *sorted(observed.pinned), *tags(annotations).values()))
    for gone in status.erased:
        referred.pop(gone.digest, None)
    newest = spec.retention.versions if spec.retention else KEPT_VERSIONS
    return RestoreTask(versions=tuple(referred), held=tuple(holds(annotations)), newest=newest, **told)


def _collect(observed: ObservedDataset, arguments: tuple[str, ...]) -> CollectTask:
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
    how = {"dry_run": arguments == (DRY_RUN,), "take_over": arguments == (TAKE_OVER,)}
    return CollectTask(installation=found.installation, references=found.references, **how)


def _forget(arguments: tuple[str, ...], digests: tuple[str, ...], observed: ObservedDataset) -> ForgetTask:
    subject, key_id = arguments
    if len(subject) != 64 or not set(subject) <= HEX:
        raise NotPossible("InvalidCommand", "a subject is named by a keyed hash: kubectl colonnade forget makes it")
    held = holds(observed.metadata.annotations)
    return ForgetTask(
        subject=subject,
        key_id=key_id,
        versions=digests,
        held={digest: why for digest in digests if (why := held.get(digest.removeprefix("sha256:")[:HOLD_DIGITS]))},
        descendants={digest: each for digest, each in observed.descent.held.items() if digest in digests},
        needed=dict(observed.needed),
    )


def _digest(argument: str) -> str:
    digits = argument.removeprefix("sha256:")
    if len(digits) != 64 or not set(digits) <= HEX:
        raise NotPossible("InvalidCommand", f"{argument} is no digest; write all of its 64 hex digits")
    return f"sha256:{digits}"
