"""Approval: someone's agreement, where it is asked for."""

from datetime import datetime

from colonnade.plan.common.conditions import ConditionUpdate, false, true
from colonnade_api import Approval, ApprovalState


def approval_state(approval: Approval, before: ApprovalState | None, now: datetime) -> ApprovalState:
    """Where approval stands; `at` is when this decision was first seen."""
    state = approval.decision or ("PendingManualApproval" if approval.required else "NotRequired")
    same = before is not None and (before.state, before.by) == (state, approval.by)
    decided_at = before.at if before and same else now if approval.decision else None
    return ApprovalState(state=state, by=approval.by, at=decided_at, reason=approval.reason or None)


def approved(state: ApprovalState | None) -> ConditionUpdate:
    """Condition Approved."""
    if state is None or state.state == "PendingManualApproval":
        return false(
            "Approved",
            "PendingManualApproval",
            "someone has to agree: kubectl colonnade approve mv/NAME --reason WHY, or reject",
        )
    if state.state == "NotRequired":
        return true("Approved", "NotRequired", "spec.approval.required is false")
    who = f"by {state.by}" if state.by else "without a name"
    said = f"{state.state.lower()} {who}" + (f": {state.reason}" if state.reason else "")
    return true("Approved", "Approved", said) if state.state == "Approved" else false("Approved", "Rejected", said)
