"""PromQL: a number of the user's own."""

from typing import Annotated, Literal

from pydantic import Field

from colonnade_api.common import Rule
from colonnade_api.monitoring.signals.common import SignalPart


class PromQLSignal(SignalPart):
    """The value of a query of your own."""

    rules = (
        Rule(
            "has(self.max) || has(self.min)",
            "a PromQL signal needs max or min for the query's value",
            lambda s: s.max is not None or s.min is not None,
        ),
    )

    type: Literal["PromQL"]
    query: Annotated[str, Field(min_length=1, max_length=4096)] = Field(
        description="PromQL that gives one number. {{revision}}, {{stable}}, {{deployment}}, {{namespace}} and "
        "{{window}} are filled in.",
        examples=['sum(rate(errors{revision="{{revision}}"}[{{window}}]))'],
    )
    max: float | None = Field(default=None, description="Breach above this value of the query.")
    min: float | None = Field(default=None, description="Breach below this value of the query.")
