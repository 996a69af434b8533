"""Quality and EstimatedQuality: how good answers are, by the labels that came for them, or before any came."""

from datetime import timedelta
from typing import Annotated, Literal, get_args

from pydantic import Field

from colonnade_api.common import Fraction, Rule, cel_list
from colonnade_api.durations import Period
from colonnade_api.monitoring.signals.common import BOUNDED, SignalPart
from colonnade_api.monitoring.signals.drift import Counted

LiveMetric = Literal["accuracy", "precision", "recall", "f1", "mae", "rmse"]
METRICS = get_args(LiveMetric)
ERRORS: tuple[LiveMetric, ...] = ("mae", "rmse")
"""Metrics of which less is better."""


class QualitySignal(SignalPart):
    """A metric of the answers that had their label within the window; breached where it is proven to lie beyond its
    limit."""

    rules = (
        Rule(
            f"!has(self.metric) || self.metric in {cel_list(METRICS)}",
            f"metric of a Quality signal: one of {', '.join(METRICS)} is wanted, such as metric: accuracy",
            field=".metric",
        ),
        Rule(
            "has(self.min) || has(self.max) || has(self.maxRegression)",
            "a Quality signal needs min, max or maxRegression, such as min: 0.8",
            lambda s: any(each is not None for each in (s.min, s.max, s.max_regression)),
        ),
        Rule(
            "!has(self.metric) || (self.metric in ['mae', 'rmse'] ? !has(self.min) : !has(self.max))",
            "of accuracy, precision, recall and f1 more is better, so they take min, such as min: 0.8; of mae and "
            "rmse less is, so they take max, such as max: 25",
            lambda s: (s.min if s.metric in ERRORS else s.max) is None,
            field=".metric",
        ),
    )

    type: Literal["Quality"]
    metric: LiveMetric = Field(
        description="What is measured. precision, recall and f1 are those of the second class of two, and means over "
        "the classes of up to 20.",
        examples=["accuracy"],
        json_schema_extra=BOUNDED,
    )
    min: float | None = Field(default=None, description="Breach below this.", examples=[0.8])
    max: float | None = Field(default=None, description="Breach above this, in the target's unit.")
    max_regression: Annotated[float, Field(ge=0)] | None = Field(
        default=None,
        description="Breach where the metric is worse by more than this: a candidate's than stable's over the same "
        "window; that of what serves than what training measured on held-out rows.",
        examples=[0.02],
    )
    window: Period = Field(
        default=timedelta(hours=24), description="The time back over which labels are counted; left out: 24h."
    )
    min_samples: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=500,
        description="Labels within the window that a Pass needs, left out: 500; with fewer it is InsufficientSamples. "
        "It may fail on fewer where the evidence is strong.",
    )


class EstimatedQualitySignal(Counted):
    """Accuracy before labels come: the rows of each score are right as often as they were on held-out rows. Breached
    where that lies beyond its limit by more than such an estimate was off on slices of held-out rows."""

    rules = (
        Rule(
            "!has(self.metric) || self.metric == 'accuracy'",
            "accuracy alone is estimated: metric: accuracy",
            field=".metric",
        ),
        Rule("!has(self.min) || self.min <= 1.0", "min is a share of the rows, 0 to 1, such as min: 0.8", field=".min"),
        Rule(
            "has(self.min) || has(self.maxRegression)",
            "an EstimatedQuality signal needs min or maxRegression, such as min: 0.8",
            lambda s: s.min is not None or s.max_regression is not None,
        ),
    )

    unit = "share"

    type: Literal["EstimatedQuality"]
    metric: Literal["accuracy"] = Field(
        default="accuracy", description="accuracy, where it is left out.", json_schema_extra=BOUNDED
    )
    min: Fraction | None = Field(default=None, description="Breach below this.", examples=[0.8])
    max_regression: Fraction | None = Field(
        default=None, description="Breach where it is lower by more than this than on held-out rows.", examples=[0.05]
    )
