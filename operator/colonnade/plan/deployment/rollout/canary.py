"""Canary: a growing share of the requests, step by step, while signals judge it."""

from collections.abc import Callable

from colonnade.plan.deployment.rollout import rules
from colonnade.plan.deployment.rollout.moves import Advance, Move, Promote
from colonnade.plan.deployment.rollout.rollout import Rollout, Stage
from colonnade_api import Canary

Rule = Callable[[Rollout], Move | None]

RULES: tuple[Rule, ...] = (
    rules.aborted,  # someone aborted it
    rules.superseded,  # another revision is wanted now
    rules.breached,  # a signal failed: rolled back at once
    rules.overdue,  # its pods don't get ready in time
    rules.signature_changed,  # it can't answer what is asked of stable
    rules.scaled_to_zero,  # no pod is asked for at all
    rules.unready,  # too few ready pods for this weight
    rules.paused,  # someone holds every rollout
    rules.shifting,  # the weight isn't this step's yet
    rules.unapplied_weight,  # the routers don't send as they are told yet
    rules.untimed,  # only now does the step's time begin
    rules.no_data,  # no metrics for too long, where the policy minds
    rules.unproven,  # the traffic isn't seen where it was sent
    rules.unjudged,  # nothing is there to judge it
    rules.unmeasured,  # too few samples, or no metrics at all
    rules.held_by_signal,  # a signal failed that may only hold
    rules.holding,  # the step has to last longer
    rules.awaiting_promotion,  # the step waits for someone
    rules.undersized,  # all requests need all pods
)


def advance(rollout: Rollout) -> Move:
    """The rollout's next move; the first rule that objects decides."""
    for rule in RULES:
        if objection := rule(rollout):
            return objection
    return next_step(rollout)


def next_step(rollout: Rollout) -> Advance | Promote:
    if rollout.last:
        passed = f"{rollout.candidate_name} passed all {len(rollout.stages)} steps"
        return Promote("Promoted", "; ".join([passed, *_numbers(rollout)]))
    following = rollout.index + 1
    return Advance(following, f"step {following + 1} of {len(rollout.stages)}: {rollout.stages[following].weight} %")


def _numbers(rollout: Rollout) -> list[str]:
    """What it was promoted on, for the history."""
    return [f"{each.signal.name}: {each.verdict.message}" for each in rollout.judged if each.verdict.message]


def stages(canary: Canary) -> tuple[Stage, ...]:
    """The steps with the weights that hold during them: a pause keeps the one before it."""
    found: list[Stage] = []
    weight = 0
    for step in canary.steps:
        if step.pause is None:
            weight = step.set_weight or weight
            found.append(Stage(weight, step.hold or Stage(0).hold))
        else:
            found.append(Stage(weight, step.pause.duration or Stage(0).hold, ask=step.pause.duration is None))
    return tuple(found)
