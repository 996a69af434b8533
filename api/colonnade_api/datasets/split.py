"""Which rows of a Dataset version training never sees."""

from typing import Annotated, Any

from pydantic import Field

from colonnade_api.common import ColumnName, Rule, Seed, SpecPart


class Split(SpecPart):
    """Which rows training never sees, so that a model is judged on others than it learnt from."""

    rules = (
        Rule(
            "!(has(self.stratifyBy) && has(self.timeColumn))",
            "stratifyBy draws the held-out rows at random, timeColumn takes the latest: name one of the two",
            lambda split: split.stratify_by is None or split.time_column is None,
        ),
        Rule(
            "!(has(self.groupColumn) && has(self.timeColumn))",
            "groupColumn draws whole groups at random, timeColumn takes the latest rows: name one of the two",
            lambda split: split.group_column is None or split.time_column is None,
        ),
    )

    test: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=0.2, description="Share of rows held out, between 0 and 1."
    )
    stratify_by: ColumnName | None = Field(
        default=None,
        description="Draw the held-out rows so that this column's values keep their shares: most often the target.",
    )
    time_column: ColumnName | None = Field(
        default=None, description="Hold out the latest rows by this column, as a model that is to foretell meets them."
    )
    group_column: ColumnName | None = Field(
        default=None,
        description="Rows with the same value of this column, such as a patient or a household, are held out or learnt "
        "from together, and count as one draw in intervals. Not learnt from, unless features.include names it.",
    )
    seed: Seed = Field(default=0, description="Start of the random draw; the same seed and data give the same rows.")

    def recorded(self) -> dict[str, Any]:
        """As a version records it, and is named by: without a groupColumn where there is none, as before there was."""
        return self.model_dump(by_alias=True, exclude={"group_column"} if self.group_column is None else None)
