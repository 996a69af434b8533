"""Fairness: whether a classifier treats the groups of a sensitive column alike."""

from typing import Annotated, Literal

from pydantic import Field

from colonnade_api.common import ColumnName, Count, Said, SpecPart, StatusPart, Word
from colonnade_api.models.results import Metric

FairnessMetric = Literal[
    "demographic_parity_difference",
    "demographic_parity_ratio",
    "equalized_odds_difference",
    "equalized_odds_ratio",
]
SMALLEST_GROUP = 50
MOST_COLUMNS = 8
MOST_GROUPS = 50


class Fairness(SpecPart):
    """Which groups of people a classifier is judged on, one by one."""

    sensitive: Annotated[tuple[ColumnName, ...], Field(min_length=1, max_length=MOST_COLUMNS)] = Field(
        description="Columns of the Dataset whose values are the groups, such as sex. They are not learnt from, unless "
        "features.include names them.",
        json_schema_extra={"x-kubernetes-list-type": "set"},
    )
    min_group_size: Annotated[int, Field(ge=10)] = Field(
        default=SMALLEST_GROUP,
        description="A group with fewer held-out rows decides nothing: a gate that others keep is Inconclusive then.",
    )
    positive_class: Annotated[str, Field(min_length=1, max_length=128)] | None = Field(
        default=None,
        description='The answer that people want or fear, such as "yes" or "1". Left out: the second of two classes.',
    )


Rates = Annotated[dict[str, Metric], Field(max_length=8)]


class Group(StatusPart):
    """How the model treats those who share a value of a sensitive column."""

    name: Said = Field(description="The value; empty where it is missing.")
    rows: Count = Field(description="Held-out rows.")
    positives: Count = Field(description="Those of the positive class.")
    metrics: Rates = Field(
        default={},
        description="selection_rate (how many are answered by the positive class), true_positive_rate, "
        "false_positive_rate and accuracy, with 95 % confidence intervals; those that are defined.",
    )


class SensitiveColumn(StatusPart):
    """How alike the model treats the groups of a sensitive column."""

    column: Word = Field(description="The sensitive column.")
    positive_class: Said = Field(description="The answer that rates are of.")
    min_group_size: Count = Field(description="Held-out rows under which a group decides nothing.")
    metrics: Rates = Field(
        default={},
        description="demographic_parity_difference and _ratio, equalized_odds_difference and _ratio, over the groups "
        "that are large enough, with 95 % confidence intervals.",
    )
    small: Annotated[dict[str, Said], Field(max_length=8)] = Field(
        default={},
        description="By metric, which groups are too small for it, and how small; absent where none is.",
    )
    groups: tuple[Group, ...] = Field(
        default=(),
        max_length=MOST_GROUPS,
        description="The groups, the largest first; the card has all of them.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
