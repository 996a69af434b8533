"""Fairness: are the groups of a sensitive column treated alike, by what is answered to them?"""

from datetime import timedelta
from typing import Annotated, Literal, get_args

from pydantic import Field

from colonnade_api.common import ColumnName, Fraction, Rule, cel_list
from colonnade_api.durations import Period
from colonnade_api.models.fairness import FairnessMetric
from colonnade_api.monitoring.signals.common import BOUNDED
from colonnade_api.monitoring.signals.drift import Counted

METRICS = get_args(FairnessMetric)


class FairnessSignal(Counted):
    """How far the rates of the groups lie apart, pair by pair; breached where one pair is proven to lie too far apart.
    The Deployment's serving.groups counts them."""

    rules = (
        Rule(
            f"!has(self.metric) || self.metric in {cel_list(METRICS)}",
            f"metric of a Fairness signal: one of {', '.join(METRICS)} is wanted",
            field=".metric",
        ),
        Rule(
            "!has(self.min) || self.min <= 1.0 && self.min >= 0.0",
            "min of a Fairness signal is a ratio, 0 to 1, such as min: 0.8",
            field=".min",
        ),
        Rule(
            "!has(self.max) || self.max <= 1.0 && self.max >= 0.0",
            "max of a Fairness signal is a difference, 0 to 1, such as max: 0.1",
            field=".max",
        ),
        Rule(
            "!has(self.metric) || (self.metric.endsWith('_ratio') ? has(self.min) && !has(self.max) "
            ": has(self.max) && !has(self.min))",
            "a ratio is 1 where groups are alike, and takes min, such as min: 0.8; a difference is 0, and takes max, "
            "such as max: 0.1",
            lambda s: (s.min is None) != (s.max is None) and (s.max is None) == s.metric.endswith("_ratio"),
            field=".metric",
        ),
    )

    type: Literal["Fairness"]
    metric: FairnessMetric = Field(
        description="demographic_parity_* compares the shares that are answered by the positive class, "
        "equalized_odds_* the true and the false positive rates, of answers that have a label.",
        examples=["demographic_parity_ratio"],
        json_schema_extra=BOUNDED,
    )
    sensitive: ColumnName = Field(
        description="The column whose groups are compared, as serving.groups names it.", examples=["sex"]
    )
    positive_class: Annotated[str, Field(min_length=1, max_length=128)] | None = Field(
        default=None, description="The answer that rates are of. Left out: the second of two classes."
    )
    min: Fraction | None = Field(default=None, description="Breach where a ratio is below this.", examples=[0.8])
    max: Fraction | None = Field(default=None, description="Breach where a difference is above this.")
    min_group_size: Annotated[int, Field(ge=10, le=1_000_000)] = Field(
        default=100,
        description="A group with fewer rows within the window is neither a pass nor a breach: others may still be "
        "too far apart. Left out: 100.",
    )
    window: Period = Field(
        default=timedelta(hours=24), description="The time back over which rows are counted; left out: 24h."
    )
