"""Conditions: judged afresh in every pass, and dated by when their status last flipped."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from colonnade_api import Condition

MAX_MESSAGE = 4096


@dataclass(frozen=True)
class Judgement:
    """One condition's content, without its date."""

    type: str
    status: Literal["True", "False", "Unknown"]
    reason: str
    message: str = ""


def true(kind: str, reason: str, message: str = "") -> Judgement:
    return Judgement(kind, "True", reason, message)


def false(kind: str, reason: str, message: str = "") -> Judgement:
    return Judgement(kind, "False", reason, message)


def unknown(kind: str, reason: str, message: str = "") -> Judgement:
    return Judgement(kind, "Unknown", reason, message)


def repeated(previous: tuple[Condition, ...], kinds: tuple[str, ...]) -> tuple[Judgement, ...]:
    """The last judgements of these kinds, where nothing new can be said; Ready is False where none was ever given."""
    found = {each.type: Judgement(each.type, each.status, each.reason, each.message) for each in previous}
    nothing = false("Ready", "InvalidSpec", "the spec can't be read")
    return tuple(found.get(kind, nothing) for kind in kinds if kind in found or kind == "Ready")


def dated(
    judgements: Iterable[Judgement], previous: tuple[Condition, ...], generation: int, now: datetime
) -> tuple[Condition, ...]:
    """The conditions for status: `lastTransitionTime` moves only where status differs from the previous one."""
    before = {condition.type: condition for condition in previous}
    return tuple(_dated(judgement, before.get(judgement.type), generation, now) for judgement in judgements)


def _dated(judgement: Judgement, before: Condition | None, generation: int, now: datetime) -> Condition:
    return Condition(
        type=judgement.type,
        status=judgement.status,
        reason=judgement.reason,
        message=judgement.message[:MAX_MESSAGE],
        last_transition_time=before.last_transition_time if before and before.status == judgement.status else now,
        observed_generation=generation,
    )
