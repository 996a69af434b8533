"""What people ask for a Dataset's versions, by the annotation colonnade.dev/keep: `diff/A/B@TIME`."""

from typing import NamedTuple

from colonnade_api.datasets.keeping import KeepingKind

VERBS: dict[str, KeepingKind] = {
    "audit": "Audit",
    "backup": "BackUp",
    "verify": "Verify",
    "restore": "Restore",
    "diff": "Diff",
    "gc": "Collect",
    "forget": "Forget",
    "rotate": "Rotate",
}
ARGUMENTS: dict[KeepingKind, tuple[int, ...]] = {
    "Audit": (0,),
    "BackUp": (0,),
    "Verify": (0,),
    "Restore": (1,),
    "Diff": (2,),
    "Collect": (0, 1),
    "Forget": (2,),
    "Rotate": (0,),
}
ALL = "all"
DRY_RUN, TAKE_OVER = "dry-run", "take-over"


class KeepCommand(NamedTuple):
    """word: the annotation's whole value, by which each is done once. arguments: digests, ALL, DRY_RUN, TAKE_OVER; of
    Forget the subject's keyed hash, and the id of the hash's key."""

    word: str
    kind: KeepingKind
    arguments: tuple[str, ...]


def written(verb: str, *arguments: str, at: str) -> str:
    """As the annotation has it; at: makes each asking another."""
    return f"{'/'.join((verb, *arguments))}@{at}"


def parse(word: str) -> KeepCommand | None:
    """None where it is no such command."""
    verb, *arguments = word.partition("@")[0].split("/")
    kind = VERBS.get(verb)
    if kind is None or len(arguments) not in ARGUMENTS[kind] or len(word) > 256:
        return None
    return KeepCommand(word, kind, tuple(arguments))
