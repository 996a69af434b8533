"""What a Job that forgets answers: numbers and what is left to do, and never whom."""

from collections.abc import Mapping, Sequence

from colonnade_api.jobs.keeping import KeepResult, Rewritten, shortly

from ...errors import PermanentError
from .erasure import Erasure
from .finding import Found
from .history import History
from .remains import Remains

SHOWN = 5


def held(erasure: Erasure, digest: str) -> PermanentError:
    short = shortly(digest)[:10]
    return PermanentError(
        "VersionHeld",
        f"version {short} has rows of the subject and must stay as it is: {erasure.task.held[digest]}; nothing was "
        f"erased. Take the hold away first: kubectl colonnade release dset/{erasure.job.name} {short}",
    )


def held_above(erasure: Erasure, digest: str) -> PermanentError:
    above = erasure.task.descendants[digest]
    return PermanentError(
        "VersionHeld",
        f"version {shortly(digest)[:10]} has rows of the subject, and dset/{above.dataset} {above.version}, which was "
        f"made of it, must stay as it is: {above.why}; nothing was erased. Take the hold away first: "
        f"kubectl colonnade release dset/{above.dataset} {above.version}",
    )


def untold(erasure: Erasure, digest: str) -> PermanentError:
    return PermanentError(
        "SubjectUnknown",
        f"version {shortly(digest)[:10]} has no column {erasure.subject.column}, so that nobody can tell whose rows it "
        "has; nothing was erased. Lower spec.retention.versions until it is gone, then ask again",
    )


def unfinished(rewritten: tuple[Rewritten, ...], left: int) -> KeepResult:
    said = f"{_counted(len(rewritten), 'version')} written anew, {left} more have rows of the subject and come next"
    return KeepResult(outcome="Succeeded", reason="Forgetting", message=said, rewritten=rewritten, left=left)


def finished(
    erasure: Erasure,
    rewritten: tuple[Rewritten, ...],
    holding: Mapping[str, Found],
    rest: Remains,
    bundles: Sequence[str],
) -> KeepResult:
    """The whole of it; what could not be erased is said too."""
    said = [_first(erasure, rewritten, holding, rest), *_elsewhere(erasure, rewritten), *_left(rest, bundles)]
    return KeepResult(
        outcome="Succeeded",
        reason="Forgotten" if rewritten or rest.versions or rest.copies else "SubjectNotFound",
        message="; ".join(said),
        rewritten=rewritten,
        bundles=tuple(each[:16] for each in bundles[:SHOWN]),
    )


def with_history(said: KeepResult, past: Sequence[History]) -> KeepResult:
    """The same, once the buckets' old versions are gone too. Raises TransientError, PermanentError."""
    answers = [each.forget() for each in past]
    gone, why = sum(number for number, _ in answers), next((why for _, why in answers if why), "")
    if why:
        message = f"{said.message}; but {why}: let them expire, or unlock them, then ask again"
        return said.model_copy(update={"outcome": "Failed", "reason": "VersionsKept", "message": message})
    old = f"; {_counted(gone, 'old version')} of objects in the bucket are deleted too" if gone else ""
    return said.model_copy(update={"message": f"{said.message}{old}"})


def _first(erasure: Erasure, rewritten: tuple[Rewritten, ...], holding: Mapping[str, Found], rest: Remains) -> str:
    unlisted = rest.versions + rest.copies
    if not rewritten and not unlisted:
        return "no version has rows of the subject; a later look at the source leaves them out"
    rows, refused = (sum(each[n] for each in holding.values()) for n in (0, 1))
    aside = f" and {refused:,} that were set aside" if refused else ""
    of = f" ({_counted(rows, 'row')}{aside} erased)" if rows or refused else ""
    backup = " and in the backup" if erasure.copies else ""
    more = f"; {unlisted} more that nobody lists were destroyed" if unlisted else ""
    return (
        f"{_counted(len(rewritten), 'version')} written anew without the subject{of}; what was there before is "
        f"destroyed in the store{backup}{more}"
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _elsewhere(erasure: Erasure, rewritten: tuple[Rewritten, ...]) -> list[str]:
    return [
        f"version {shortly(each.before)[:10]} stays, since {', '.join(f'dset/{name}' for name in names)} has the same "
        "rows: forget the subject there too"
        for each in rewritten
        if (names := erasure.task.needed.get(each.before))
    ]


def _left(rest: Remains, bundles: Sequence[str]) -> list[str]:
    said = ["what was pushed is destroyed: push it again"] if rest.pushed else []
    if rest.unopened:
        said.append(
            f"of {rest.unopened} stored versions that nobody lists it can't be told, since no key of this Dataset "
            "opens them or they are being written: they stay; ask again in a day"
        )
    if bundles:
        named = ", ".join(each[:10] for each in bundles[:SHOWN])
        said.append(f"{len(bundles)} models hold the subject's value itself, until they are deleted: {named}")
    return said
