"""Conditions: judged afresh in every pass, and dated by when their status last flipped."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from colonnade_api import Condition

MAX_MESSAGE = 4096


@dataclass(frozen=True)
class ConditionUpdate:
    """One condition's content, without its date."""

    type: str
    status: Literal["True", "False", "Unknown"]
    reason: str
    message: str = ""


def true(kind: str, reason: str, message: str = "") -> ConditionUpdate:
    return ConditionUpdate(kind, "True", reason, message)


def false(kind: str, reason: str, message: str = "") -> ConditionUpdate:
    return ConditionUpdate(kind, "False", reason, message)


def unknown(kind: str, reason: str, message: str = "") -> ConditionUpdate:
    return ConditionUpdate(kind, "Unknown", reason, message)


def carried_over(previous: tuple[Condition, ...], kinds: tuple[str, ...]) -> tuple[ConditionUpdate, ...]:
    """The last conditions of these kinds, where nothing new can be said; Ready is False where none was ever given."""
    found = {each.type: ConditionUpdate(each.type, each.status, each.reason, each.message) for each in previous}
    nothing = false("Ready", "InvalidSpec", "the spec can't be read")
    return tuple(found.get(kind, nothing) for kind in kinds if kind in found or kind == "Ready")


def with_transition_time(
    updates: Iterable[ConditionUpdate], previous: tuple[Condition, ...], generation: int, now: datetime
) -> tuple[Condition, ...]:
    """The conditions for status: `lastTransitionTime` moves only where status differs from the previous one."""
    before = {condition.type: condition for condition in previous}
    return tuple(_updated(update, before.get(update.type), generation, now) for update in updates)


def _updated(update: ConditionUpdate, before: Condition | None, generation: int, now: datetime) -> Condition:
    return Condition(
        type=update.type,
        status=update.status,
        reason=update.reason,
        message=update.message[:MAX_MESSAGE],
        last_transition_time=before.last_transition_time if before and before.status == update.status else now,
        observed_generation=generation,
    )
