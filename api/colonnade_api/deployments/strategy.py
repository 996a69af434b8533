"""How a new revision takes over from the stable one."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from colonnade_api.common import Rule, SpecPart
from colonnade_api.durations import Duration


class Pause(SpecPart):
    """A halt in the rollout."""

    duration: Duration | None = Field(
        default=None, description="How long. Left out: until someone promotes or aborts the rollout."
    )


class Step(SpecPart):
    """One step of a canary: either setWeight, with hold, or pause."""

    rules = (
        Rule(
            "has(self.setWeight) != has(self.pause)",
            "a step is exactly one of setWeight (such as {setWeight: 25, hold: 2m}) and pause (such as {pause: "
            "{duration: 10m}})",
            lambda step: (step.set_weight is None) != (step.pause is None),
        ),
        Rule(
            "!has(self.hold) || has(self.setWeight)",
            "hold says how long a weight stays; for a pause write pause: {duration: 10m}",
            lambda step: step.hold is None or step.set_weight is not None,
            field=".hold",
        ),
    )

    set_weight: Annotated[int, Field(ge=1, le=100)] | None = Field(
        default=None,
        description="Percent of the requests that the candidate gets from this step on. Weights ascend from step to "
        "step.",
    )
    hold: Duration | None = Field(
        default=None,
        description="The least time that this weight stays, such as 1m. The step is over when it has passed and every "
        "signal of the MonitorPolicy says Pass on enough requests. Left out: as soon as they do.",
    )
    pause: Pause | None = Field(
        default=None,
        description="Halt at the weight of the step before: `pause: {duration: 10m}` goes on by itself, `pause: {}` "
        "waits for someone. Signals are judged all the while, and a breach rolls back.",
    )


class RetryOnStable(SpecPart):
    """What the candidate fails, stable answers, so that no user meets the candidate's faults."""

    errors: bool = Field(
        default=True,
        description="Whether a request that the candidate fails is answered by stable at once. It counts "
        "against the candidate.",
    )
    timeout: Duration = Field(
        default=timedelta(seconds=1),
        description="A request that the candidate has not answered by then is answered by stable, and counts against "
        "the candidate. Keep it above the slowest honest answer. 0s: no limit.",
    )


DEFAULT_STEPS = tuple(Step(set_weight=weight, hold=timedelta(minutes=1)) for weight in (5, 25, 50))


def _weights(canary: Any) -> list[int]:
    return [step.set_weight for step in canary.steps if step.set_weight is not None]


def _ascend(canary: Any) -> bool:
    weights = _weights(canary)
    return weights == sorted(set(weights))


class Canary(SpecPart):
    """A growing share of the requests goes to the candidate while signals judge it."""

    rules = (
        Rule(
            "!has(self.steps) || self.steps.exists(s, has(s.setWeight))",
            "some step has to set a weight, such as {setWeight: 5, hold: 1m}: nothing is promoted that never had a "
            "request",
            lambda canary: bool(_weights(canary)),
            field=".steps",
        ),
        Rule(
            "!has(self.steps) || self.steps.filter(s, has(s.setWeight)).map(s, s.setWeight).isSorted() && "
            "self.steps.all(a, !has(a.setWeight) || self.steps.exists_one(b, has(b.setWeight) && a.setWeight == "
            "b.setWeight))",
            "weights ascend from step to step, each above the one before, such as 5, 25, 50",
            _ascend,
            field=".steps",
        ),
    )

    steps: tuple[Step, ...] = Field(
        default=DEFAULT_STEPS,
        min_length=1,
        max_length=20,
        description="The steps, taken in order; after the last the candidate is promoted. Each is `{setWeight: 25, "
        "hold: 2m}` (give the candidate 25 % of the requests for at least two minutes) or `{pause: {duration: 10m}}` "
        "(wait; `pause: {}` waits for someone). A step is over only when every signal of the MonitorPolicy passed on "
        "enough requests; one breach sends all requests back to stable.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    retry_on_stable: RetryOnStable = Field(
        default=RetryOnStable(), description="What the candidate fails or delays, stable answers at once."
    )


class BlueGreen(SpecPart):
    """The candidate is started in full beside stable, and then gets all requests at once."""

    hold: Duration = Field(
        default=timedelta(minutes=2),
        description="How long the candidate has all requests, and is judged, before it counts as promoted; a breach "
        "switches back at once.",
    )
    auto_promotion: bool = Field(
        default=True, description="Whether it takes over by itself once it is ready. False: someone has to promote it."
    )
    scale_down_delay: Duration = Field(
        default=timedelta(minutes=5),
        description="How long the old revision's pods stay after promotion, for the quickest way back.",
    )


class Strategy(SpecPart):
    """How a new revision takes over: exactly one of canary and blueGreen."""

    rules = (
        Rule(
            "has(self.canary) != has(self.blueGreen)",
            "choose exactly one of canary (such as canary: {}, which goes 5, 25, 50 %) and blueGreen (blueGreen: {})",
            lambda strategy: (strategy.canary is None) != (strategy.blue_green is None),
        ),
    )

    canary: Canary | None = Field(
        default=None,
        description="A growing share of the requests goes to the candidate while signals judge it. `canary: {}` goes "
        "5, 25, 50 %.",
    )
    blue_green: BlueGreen | None = Field(
        default=None, description="The candidate starts in full beside stable, and then gets all requests at once."
    )
    signature_change: Literal["Hold", "Allow"] = Field(
        default="Hold",
        description="What becomes of a candidate that can't answer what is asked of stable: an input that is gone, "
        "new, or of another datatype or shape, an output that is gone. Hold: it gets no request. Allow: clients know. "
        "What only adds outputs is never held.",
    )


DEFAULT_STRATEGY = Strategy(canary=Canary())
