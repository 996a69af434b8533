"""What a verdict on rows was decided on, feature by feature: enough to draw it."""

from itertools import starmap
from typing import Annotated, Literal, NamedTuple

from pydantic import Field
from pydantic.config import JsonDict

from colonnade_api.common import Count, StatusPart, Word

MOST_FEATURES = 10
MOST_BINS = 24
NO_VALUE, OTHERS = "no value", "all others"
Start = Annotated[str, Field(max_length=64)]
ATOMIC: JsonDict = {"x-kubernetes-list-type": "atomic"}


class Bin(NamedTuple):
    """then, now: shares of the rows, 0 to 1."""

    label: str
    then: float
    now: float


class FeatureVerdict(StatusPart):
    """One feature, or the predictions."""

    feature: Word = Field(description="The feature's name, predictions, or a group.")
    what: Literal["Distribution", "Missing", "Unseen", "OutOfRange", "Group"] = Field(description="What was counted.")
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

    @property
    def bins(self) -> tuple[Bin, ...]:
        """To be drawn; none where no distribution was looked at."""
        if not self.starts or not self.then or not self.now:
            return ()
        then, now = max(1, sum(self.then)), max(1, sum(self.now))
        shares = zip(_labels(self.starts), self.then, self.now, strict=False)
        return tuple(starmap(Bin, ((label, one / then, other / now) for label, one, other in shares)))


def _labels(starts: tuple[str, ...]) -> tuple[str, ...]:
    """Numbers go from the first bin, which begins nowhere, up; of categories it is the last that has no name. Of a
    protected feature nothing is known but the order."""
    own = [start for start in starts if start != NO_VALUE]
    if len(own) > 1 and not any(own):
        return tuple(start or f"bin {place}" for place, start in enumerate(starts))
    if len(own) > 1 and not own[0]:
        return tuple(f"below {starts[1]}" if not start else _from(start) for start in starts)
    return tuple(start or OTHERS for start in starts)


def _from(start: str) -> str:
    return start if start in {NO_VALUE, OTHERS} else f"from {start}"
