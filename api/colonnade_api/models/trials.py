"""What is known of a search: its trials, each with its end, and the best of them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from colonnade_api.common import Count, Said, StatusPart

MOST_TRIALS = 200
Values = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "x-kubernetes-preserve-unknown-fields": True})]


class Trial(StatusPart):
    """One trial's end."""

    number: Count = Field(description="Which, from 0.")
    rung: Count | None = Field(
        default=None, description="Of SuccessiveHalving, from 0: how often its parameters were promoted."
    )
    parameters: Values = Field(default={}, description="What it was tried with.")
    value: float | None = Field(default=None, description="Its objective; absent where it failed.")
    std: float | None = Field(default=None, description="The objective's standard deviation over the folds.")
    message: Said | None = Field(default=None, description="Why it failed.")


class Trials(StatusPart):
    """Where a search stands."""

    retry: Said | None = Field(
        default=None, description="The colonnade.dev/retry that asked for what failed to be tried again."
    )
    total: Count = Field(default=0, description="How many there are to be at most.")
    started_at: datetime | None = Field(default=None, description="When the first trial began.")
    running: Count = Field(default=0, description="How many are under way.")
    succeeded: Count = Field(default=0, description="How many have told their objective.")
    failed: Count = Field(default=0, description="How many failed.")
    best: Trial | None = Field(default=None, description="The best so far; of equals the first.")
    ended: tuple[Trial, ...] = Field(
        default=(),
        max_length=MOST_TRIALS,
        description="Every trial that has ended, by number.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
