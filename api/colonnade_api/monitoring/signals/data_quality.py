"""DataQuality: are values missing that weren't, or of a kind that training never saw?"""

from typing import Literal

from pydantic import Field

from colonnade_api.common import Fraction, Rule
from colonnade_api.monitoring.signals.drift import Counted, Patterns


class DataQualitySignal(Counted):
    """Shares of rows, feature by feature; breached where one is proven to lie over its limit."""

    rules = (
        Rule(
            "has(self.maxMissingIncrease) || has(self.maxUnseen) || has(self.maxOutOfRange)",
            "a DataQuality signal needs maxMissingIncrease, maxUnseen or maxOutOfRange, such as maxUnseen: 0.01",
            lambda s: any(each is not None for each in (s.max_missing_increase, s.max_unseen, s.max_out_of_range)),
        ),
    )

    unit = "share"

    type: Literal["DataQuality"]
    features: Patterns = Field(
        default=("*",),
        description="Names of features; * stands for any letters, as in weather_*, and alone for all of them, as where "
        "it is left out.",
    )
    max_missing_increase: Fraction | None = Field(
        default=None,
        description="Breach where the share of rows without a value is this much above training's.",
        examples=[0.05],
    )
    max_unseen: Fraction | None = Field(
        default=None,
        description="Breach above this share of rows whose category training never saw.",
        examples=[0.01],
    )
    max_out_of_range: Fraction | None = Field(
        default=None,
        description="Breach above this share of rows whose number lies below training's least or above its greatest.",
        examples=[0.01],
    )
