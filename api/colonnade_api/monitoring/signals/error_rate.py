"""ErrorRate: the share of requests that fail."""

from typing import Literal

from pydantic import Field

from colonnade_api.common import Fraction, Rule
from colonnade_api.monitoring.signals.common import SignalPart


class ErrorRateSignal(SignalPart):
    """Share of requests that the revision failed or answered too late."""

    rules = (
        Rule(
            "!has(self.max) || (self.max >= 0.0 && self.max <= 1.0)",
            "max of an ErrorRate signal is the largest share of requests that may fail, 0 to 1, such as max: 0.01",
            field=".max",
        ),
    )

    unit = "share"

    type: Literal["ErrorRate"]
    max: Fraction = Field(description="Breach above this share of requests, 0 to 1.", examples=[0.01])
