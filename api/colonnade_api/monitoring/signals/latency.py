"""Latency: how long requests take, by a limit of its own or beside stable."""

from typing import Annotated, Literal

from pydantic import Field

from colonnade_api.common import Rule
from colonnade_api.durations import Period
from colonnade_api.monitoring.signals.common import SignalPart


class LatencySignal(SignalPart):
    """A quantile of the time that requests take."""

    rules = (
        Rule(
            "has(self.maxDuration) || has(self.maxRatio)",
            "a Latency signal needs maxDuration, such as 50ms, or comparedTo: Stable with maxRatio, such as 1.3, or "
            "both",
            lambda s: s.max_duration is not None or s.max_ratio is not None,
        ),
        Rule(
            "has(self.comparedTo) == has(self.maxRatio)",
            "comparedTo: Stable and maxRatio go together, such as maxRatio: 1.3",
            lambda s: (s.compared_to is None) == (s.max_ratio is None),
            field=".maxRatio",
        ),
        Rule(
            "!(has(self.max) || has(self.min))",
            "a Latency limit is a duration: write maxDuration, such as maxDuration: 50ms, instead of max or min",
        ),
    )

    unit = "seconds"

    type: Literal["Latency"]
    quantile: Annotated[float, Field(gt=0, lt=1)] = Field(
        description="Which quantile of the time taken is judged.", examples=[0.99]
    )
    max_duration: Period | None = Field(
        default=None, description="Breach when the quantile is above this, such as 50ms."
    )
    compared_to: Literal["Stable"] | None = Field(
        default=None,
        description="Stable: the quantile is also compared with the stable revision's over the same time.",
    )
    max_ratio: Annotated[float, Field(ge=1)] | None = Field(
        default=None, description="Breach when the quantile is more than this many times stable's, such as 1.3."
    )
