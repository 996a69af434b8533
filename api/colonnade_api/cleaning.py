"""What is done to the rows before they are checked."""

from typing import Annotated, Literal

from pydantic import Field

from colonnade_api.common import ColumnName, Rule, SpecPart

ColumnNames = Annotated[tuple[ColumnName, ...], Field(max_length=512)]


class DropDuplicates(SpecPart):
    """Of equal rows the first that breaks no rule stays."""

    columns: ColumnNames = Field(
        default=(),
        description="Columns that are compared. Left out: all of them.",
        json_schema_extra={"x-kubernetes-list-type": "set"},
    )


class FillMissing(SpecPart):
    """Gives a column's missing values one value."""

    rules = (
        Rule(
            "(self.strategy == 'constant') == has(self.value)",
            "value goes with strategy: constant, and with no other strategy",
            lambda fill: (fill.strategy == "constant") == (fill.value is not None),
            field=".value",
        ),
    )

    column: ColumnName = Field(description="The column whose missing values are filled.")
    strategy: Literal["median", "mean", "mode", "constant"] = Field(
        description="What they are filled with: the column's median or mean (numbers), its most frequent value (mode), "
        "or a value of your own (constant). The valid rows alone are counted."
    )
    value: Annotated[str, Field(max_length=256)] | None = Field(
        default=None, description='The value to fill with, as text that the column\'s type can read, such as "0".'
    )


class Trim(SpecPart):
    """Removes blanks at both ends of text."""

    columns: ColumnNames = Field(
        default=(),
        description="Columns to trim. Left out: every column of text.",
        json_schema_extra={"x-kubernetes-list-type": "set"},
    )


class CleaningStep(SpecPart):
    """One step of cleaning: exactly one of its fields."""

    rules = (
        Rule(
            "[has(self.dropDuplicates), has(self.fillMissing), has(self.trim)].filter(given, given).size() == 1",
            "a cleaning step is exactly one of dropDuplicates, fillMissing and trim; write the next one as a step of "
            "its own",
            lambda step: [step.drop_duplicates, step.fill_missing, step.trim].count(None) == 2,
        ),
    )

    drop_duplicates: DropDuplicates | None = Field(
        default=None,
        description="Of equal rows the first that breaks no rule stays. Write `dropDuplicates: {}` to compare every "
        "column.",
    )
    fill_missing: FillMissing | None = Field(default=None, description="Give a column's missing values one value.")
    trim: Trim | None = Field(
        default=None, description="Remove blanks at both ends of text. Write `trim: {}` for every column of text."
    )
