"""What people tell a rollout, by annotations: `kubectl colonnade promote, abort, retry, undo` write them.

Each names the revision that it means, so that it is spent with it. A time behind `@` lets the same command be given
again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from colonnade.api import RejectedRevision, Rollout

PROMOTE = "colonnade.dev/promote"
ABORT = "colonnade.dev/abort"
RETRY = "colonnade.dev/retry"
ALL_STEPS = "all"


@dataclass(frozen=True)
class Commands:
    """The annotations' values.

    promote: "<revision>/<step>" releases the steps up to this index, "<revision>/all" all of them.
    abort, retry: "<revision>" or "<revision>@<RFC 3339 time>". Abort of the stable revision brings the one before it
    back.
    """

    promote: str = ""
    abort: str = ""
    retry: str = ""

    def releases(self, revision: str, step: int) -> bool:
        """Whether someone promoted the revision past this step."""
        named, _, last = self.promote.partition("/")
        if named != revision:
            return False
        return last == ALL_STEPS or (last.isdecimal() and step <= int(last))

    def aborts(self, revision: str, history: tuple[Rollout, ...]) -> bool:
        """Whether someone gave the revision up, and hasn't been obeyed yet."""
        named, at = _aimed(self.abort)
        obeyed = [over for over in history if over.revision == revision and over.reason == "Aborted"]
        return named == revision and not any(_later(over.decided_at, at) for over in obeyed)

    def forgives(self, entry: RejectedRevision, history: tuple[Rollout, ...]) -> bool:
        """Whether someone wants a rejected revision tried again. Without a time that is good for one more try."""
        named, at = _aimed(self.retry)
        if named != entry.revision:
            return False
        if at is not None:
            return at > entry.at
        return sum(over.revision == entry.revision and over.outcome == "RolledBack" for over in history) <= 1


def commands(annotations: Mapping[str, str]) -> Commands:
    return Commands(annotations.get(PROMOTE, ""), annotations.get(ABORT, ""), annotations.get(RETRY, ""))


def _aimed(value: str) -> tuple[str, datetime | None]:
    revision, _, text = value.partition("@")
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        return "", None
    return (revision, at) if at is None or at.tzinfo else ("", None)


def _later(decided_at: datetime | None, at: datetime | None) -> bool:
    return at is None or (decided_at is not None and decided_at >= at)
