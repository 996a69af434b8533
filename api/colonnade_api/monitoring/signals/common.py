"""What signals of every type have."""

from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field
from pydantic.config import JsonDict

from colonnade_api.common import Name, SpecPart
from colonnade_api.durations import Period

Unit = Literal["share", "seconds", "number"]
"""What a verdict's value and limit are in."""
BOUNDED: JsonDict = {"maxLength": 64}
"""Of a word that is another type's too, with other values: its types have rules."""


class SignalPart(SpecPart):
    """A name, the time and the requests that a verdict is taken over, and what follows a breach."""

    unit: ClassVar[Unit] = "number"

    name: Name = Field(description="Name of the signal, as verdicts and alerts carry it.")
    window: Period = Field(
        default=timedelta(minutes=1), description="The time back over which requests are counted; left out: 1m."
    )
    min_samples: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=100,
        description="Requests to the candidate within the window that a Pass needs, left out: 100; with fewer it is "
        "InsufficientSamples, and the rollout waits. ErrorRate and Latency may fail on fewer requests where the "
        "evidence is strong (false positives: at most 0.1 %); PromQL neither passes nor fails below it.",
    )
    action: Literal["Rollback", "Hold", "Alert", "Retrain"] = Field(
        default="Rollback",
        description="What follows a breach. Rollback, where it is left out: all requests go back to stable. Hold: the "
        "rollout stays where it is. Alert: it is said by condition Alerting and as an Event, and the rollout goes on. "
        "Retrain: as Alert, and once it serves, a new version is trained, as spec.retrain says.",
    )
