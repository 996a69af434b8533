"""What people tell a rollout, by annotations: `kubectl colonnade promote, abort, retry, undo` write them.

Each names the revision that it means. All but promote are obeyed once, at first sight: status.handledCommands has
their values in the same write as what they did. Anything behind an `@`, such as the time, makes another value of it
and so gives it again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from colonnade_api import HandledCommands
from colonnade_api.deployments.undo import Undo, parse_undo
from colonnade_api.wellknown import ABORT_ANNOTATION, PROMOTE_ANNOTATION, RETRY_ANNOTATION, UNDO_ANNOTATION

ALL_STEPS = "all"

NONE_YET = HandledCommands()
VALUE = re.compile(r"^[a-z0-9-]{1,63}(@[0-9A-Za-z:.+-]{1,64})?$")


@dataclass(frozen=True)
class Commands:
    """The annotations' values, and those that were obeyed before.

    promote: "<revision>/<step>" releases the steps up to this index, "<revision>/all" all of them.
    abort: "<revision>[@...]" gives the candidate up; of the stable revision, it brings the one before it back.
    retry: "<revision>[@...]" takes a rejection back.
    undo: "<revision>[/<to>][@...]" takes the stable revision back, for `to` or else the one before it.
    """

    promote: str = ""
    abort: str = ""
    retry: str = ""
    undo: str = ""
    before: HandledCommands = NONE_YET

    def releases(self, revision: str, step: int) -> bool:
        """Whether someone promoted the revision past this step."""
        named, _, last = self.promote.partition("/")
        if named != revision:
            return False
        return last == ALL_STEPS or (last.isdecimal() and step <= int(last))

    def aborts(self, revision: str) -> bool:
        return self.abort != self.before.abort and _named(self.abort) == revision

    def retries(self, revision: str) -> bool:
        return self.retry != self.before.retry and _named(self.retry) == revision

    def undoes(self) -> Undo | None:
        return parse_undo(self.undo) if self.undo != self.before.undo else None

    def undo_later(self) -> Self:
        """All but an undo that wasn't obeyed yet."""
        return replace(self, undo=self.before.undo or "")

    def handled(self) -> HandledCommands | None:
        """All that is said now is obeyed by the pass that has seen it; None when nothing is said."""
        said = HandledCommands(abort=self.abort or None, retry=self.retry or None, undo=self.undo or None)
        return said if said != NONE_YET else None


def parse_commands(annotations: Mapping[str, str], handled: HandledCommands | None) -> Commands:
    """Values that can't be meant are left out."""
    undo = annotations.get(UNDO_ANNOTATION, "")
    return Commands(
        promote=annotations.get(PROMOTE_ANNOTATION, ""),
        abort=_valid(annotations, ABORT_ANNOTATION),
        retry=_valid(annotations, RETRY_ANNOTATION),
        undo=undo if parse_undo(undo) else "",
        before=handled or NONE_YET,
    )


def _valid(annotations: Mapping[str, str], key: str) -> str:
    value = annotations.get(key, "")
    return value if VALUE.match(value) else ""


def _named(value: str) -> str:
    return value.partition("@")[0]
