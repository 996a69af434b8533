"""What keeps an object of ours from what it needs. Only an attempt shows it: it is said after, and until one succeeds.

A name that somebody else has, a quota that is used up, a write that a policy refuses.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from colonnade.plan.common.conditions import true, with_transition_time
from colonnade.plan.common.decision import Decision
from colonnade_api import Condition, Status

NAME_TAKEN, QUOTA_EXCEEDED, REFUSED = "NameTaken", "QuotaExceeded", "Refused"
OBSTACLES = (NAME_TAKEN, QUOTA_EXCEEDED, REFUSED)
KSTATUS = ("Reconciling", "Stalled")


def refusal(message: str) -> tuple[str, str]:
    """Reason and words of what the API server refused. message: its own words."""
    if "exceeded quota" in message:
        return QUOTA_EXCEEDED, f"{message}; free what the namespace doesn't need, or have its ResourceQuota raised"
    return REFUSED, message


def obstructed(reason: str, message: str, before: Status, generation: int, now: datetime) -> Condition:
    """Stalled, since nothing goes on before someone does something about it."""
    (stalled,) = with_transition_time((true("Stalled", reason, message),), before.conditions, generation, now)
    return stalled


def known_obstacle(before: Status, decision: Decision[Any]) -> Condition | None:
    """What the pass before said of it; None where this one attempts nothing that could show it again."""
    stalled = before.condition("Stalled")
    return stalled if stalled and stalled.reason in OBSTACLES and decision.actions else None


def stalled(decision: Decision[Any], condition: Condition | None) -> Decision[Any]:
    """The decision with this condition for its own Reconciling or Stalled; as it is without one."""
    if condition is None:
        return decision
    others = (each for each in decision.status.conditions if each.type not in KSTATUS)
    status = decision.status.model_copy(update={"conditions": (*others, condition)})
    return replace(decision, status=status)
