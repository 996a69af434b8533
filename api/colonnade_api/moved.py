"""What a verdict on rows was decided on, feature by feature: enough to draw it."""

from typing import Annotated, Literal

from pydantic import Field
from pydantic.config import JsonDict

from colonnade_api.common import Count, StatusPart, Word

MOST_FEATURES = 10
MOST_BINS = 24
Start = Annotated[str, Field(max_length=64)]
ATOMIC: JsonDict = {"x-kubernetes-list-type": "atomic"}


class FeatureVerdict(StatusPart):
    """One feature, or the predictions."""

    feature: Word = Field(description="The feature's name, or predictions.")
    what: Literal["Distribution", "Missing", "Unseen", "OutOfRange"] = Field(description="What was counted.")
    result: Literal["Pass", "Fail", "InsufficientSamples", "Error"] = Field(description="What was found.")
    value: float = Field(description="The stability index, or the share of the rows.")
    limit: float = Field(description="What it was held against.")
    p_value: float | None = Field(
        default=None, description="Of an index so large by chance, corrected for the number of features."
    )
    rows: Count = Field(description="Rows within the window.")
    starts: tuple[Start, ...] | None = Field(
        default=None,
        max_length=MOST_BINS,
        json_schema_extra=ATOMIC,
        description="Where each bin begins, or its category.",
    )
    then: tuple[Count, ...] | None = Field(
        default=None,
        max_length=MOST_BINS,
        json_schema_extra=ATOMIC,
        description="Rows in each bin then: of training, or of the time before.",
    )
    now: tuple[Count, ...] | None = Field(
        default=None, max_length=MOST_BINS, json_schema_extra=ATOMIC, description="Rows in each bin now."
    )
