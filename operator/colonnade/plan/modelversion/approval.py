"""Approval: someone's agreement, where it is asked for."""

from datetime import datetime

from colonnade.plan.common.conditions import ConditionUpdate, false, true
from colonnade_api import Approval, ApprovalState, ModelVersionStatus


def approval_state(approval: Approval, before: ModelVersionStatus, left_open: bool, now: datetime) -> ApprovalState:
    """Where approval stands; `at` is when this decision was first seen.

    before: the status that was there to be read when it was made; left_open: whether gates wait for a person. Who
    decides again, for another reason, decides on what is known by then.
    """
    state = approval.decision or ("PendingManualApproval" if approval.required or left_open else "NotRequired")
    reason, known = approval.reason or None, before.approval
    if known and (known.state, known.by, known.reason) == (state, approval.by, reason):
        return known
    decided = {"at": now, "digest": before.digest} if approval.decision else {}
    return ApprovalState(state=state, by=approval.by, reason=reason, **decided)


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
