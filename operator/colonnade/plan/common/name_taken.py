"""A name that we need and somebody else has: only an attempt shows it, so it is said after, and until one succeeds."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from colonnade.plan.common.conditions import true, with_transition_time
from colonnade.plan.common.decision import Decision
from colonnade_api import Condition, Status

NAME_TAKEN = "NameTaken"
KSTATUS = ("Reconciling", "Stalled")


def name_taken(message: str, before: Status, generation: int, now: datetime) -> Condition:
    """Stalled, since nothing goes on before someone deletes that object."""
    (stalled,) = with_transition_time((true("Stalled", NAME_TAKEN, message),), before.conditions, generation, now)
    return stalled


def found_taken(before: Status, decision: Decision[Any]) -> Condition | None:
    """What the pass before said of it; None where this one attempts nothing that could show it again."""
    stalled = before.condition("Stalled")
    return stalled if stalled and stalled.reason == NAME_TAKEN and decision.actions else None


def stalled(decision: Decision[Any], condition: Condition | None) -> Decision[Any]:
    """The decision with this condition for its own Reconciling or Stalled; as it is without one."""
    if condition is None:
        return decision
    others = (each for each in decision.status.conditions if each.type not in KSTATUS)
    status = decision.status.model_copy(update={"conditions": (*others, condition)})
    return replace(decision, status=status)
