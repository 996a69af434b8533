"""FeatureDrift and PredictionDrift: has what comes in, or what is answered, moved away from what training saw?"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from colonnade_api.durations import Period
from colonnade_api.monitoring.signals.common import SignalPart

MOST_PATTERNS = 64
Pattern = Annotated[str, Field(min_length=1, max_length=128)]
Patterns = Annotated[
    tuple[Pattern, ...],
    Field(min_length=1, max_length=MOST_PATTERNS, json_schema_extra={"x-kubernetes-list-type": "atomic"}),
]


class Counted(SignalPart):
    """What is read from the counters of the serving pods, over rows."""

    window: Period = Field(
        default=timedelta(hours=1), description="The time back over which rows are counted; left out: 1h."
    )
    min_samples: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=1000,
        description="Rows within the window that a verdict needs, left out: 1000; with fewer it is "
        "InsufficientSamples.",
    )
    action: Literal["Rollback", "Hold", "Alert", "Retrain"] = Field(
        default="Alert",
        description="What follows a breach. Alert, where it is left out: condition Alerting and an Event. Hold: the "
        "rollout stays where it is as well. Rollback: all requests go back to stable, but where stable shows the same "
        "at the same time, since that would mend nothing: then the rollout holds. Of what serves, and is no longer "
        "watched after its promotion, each of them only tells. Retrain: as Alert, and once it serves, a new version is "
        "trained, as spec.retrain says.",
    )


class Moving(Counted):
    """By the population stability index over the bins that training froze."""

    method: Literal["PSI"] = Field(
        default="PSI",
        description="PSI, where it is left out: the population stability index over the bins that training froze.",
    )
    min_effect: Annotated[float, Field(ge=0, le=10)] = Field(
        default=0.1,
        description="The least index that matters, left out: 0.1. A shift of a normal feature by a half of its "
        "standard deviation has 0.23, by a fifth 0.04, by a tenth 0.01.",
    )
    significance: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=0.01,
        description="The probability at which chance alone may say that anything moved, in one look at all features; "
        "left out: 0.01.",
    )
    reference: Literal["Training", "PreviousDay", "PreviousWeek"] = Field(
        default="Training",
        description="What the window is compared with; left out: Training. PreviousDay and PreviousWeek: the same "
        "hours then, of the same version, once it serves; a candidate is always compared with its training, and beside "
        "stable.",
    )


class FeatureDriftSignal(Moving):
    """How far features have moved; breached where one moved by at least minEffect, and chance can't have moved it."""

    type: Literal["FeatureDrift"]
    features: Patterns = Field(
        default=("*",),
        description="Names of features; * stands for any letters, as in weather_*, and alone for all of them, as where "
        "it is left out.",
        examples=[["dep_delay", "weather_*"]],
    )


class PredictionDriftSignal(Moving):
    """How far the scores have moved from those of the held-out rows."""

    type: Literal["PredictionDrift"]
