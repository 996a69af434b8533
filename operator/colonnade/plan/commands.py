"""What people tell a rollout, by annotations: `kubectl colonnade promote, abort, retry` write them.

Each names the revision that it means. Abort and retry are obeyed once, at first sight: status remembers their values
in the same write as what they did. Anything behind an `@`, such as the time, makes another value of it and so gives
it again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from colonnade.api import Condition
from colonnade.plan.conditions import Judgement, true

PROMOTE = "colonnade.dev/promote"
ABORT = "colonnade.dev/abort"
RETRY = "colonnade.dev/retry"
ALL_STEPS = "all"
OBEYED = "Obeyed"
"""Condition: the commands that were carried out, so that none is carried out twice."""

VALUE = re.compile(r"^[a-z0-9-]{1,63}(@[0-9A-Za-z:.+-]{1,64})?$")


@dataclass(frozen=True)
class Commands:
    """The annotations' values, and those of them that were obeyed before.

    promote: "<revision>/<step>" releases the steps up to this index, "<revision>/all" all of them.
    abort: "<revision>[@...]" gives the candidate up; of the stable revision, it brings the one before it back.
    retry: "<revision>[@...]" takes a rejection back.
    """

    promote: str = ""
    abort: str = ""
    retry: str = ""
    obeyed: frozenset[str] = frozenset()

    def releases(self, revision: str, step: int) -> bool:
        """Whether someone promoted the revision past this step."""
        named, _, last = self.promote.partition("/")
        if named != revision:
            return False
        return last == ALL_STEPS or (last.isdecimal() and step <= int(last))

    def aborts(self, revision: str) -> bool:
        return self._fresh("abort", self.abort) and _named(self.abort) == revision

    def forgives(self, revision: str) -> bool:
        return self._fresh("retry", self.retry) and _named(self.retry) == revision

    def judgement(self) -> tuple[Judgement, ...]:
        """Condition Obeyed: all that is said now is obeyed by the pass that has seen it; absent when nothing is
        said."""
        said = [f"{kind} {value}" for kind, value in (("abort", self.abort), ("retry", self.retry)) if value]
        return (true(OBEYED, "Obeyed", "; ".join(said)),) if said else ()

    def _fresh(self, kind: str, value: str) -> bool:
        return f"{kind} {value}" not in self.obeyed


def commands(annotations: Mapping[str, str], obeyed: Condition | None) -> Commands:
    """Values that can't be meant are left out."""
    before = frozenset(obeyed.message.split("; ")) if obeyed else frozenset()
    return Commands(annotations.get(PROMOTE, ""), _valid(annotations, ABORT), _valid(annotations, RETRY), before)


def _valid(annotations: Mapping[str, str], key: str) -> str:
    value = annotations.get(key, "")
    return value if VALUE.match(value) else ""


def _named(value: str) -> str:
    return value.partition("@")[0]
