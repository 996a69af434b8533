"""What a table must keep to beyond its columns: across columns, across rows, across tables, across versions."""

from typing import Annotated, Any, Literal

from pydantic import Field

from colonnade_api.common import ColumnName, Count, Fraction, ObjectName, Rule, SpecPart
from colonnade_api.durations import Period

RowAction = Literal["Quarantine", "Warn"]
TableAction = Literal["Reject", "Warn"]
ROW_ACTION = (
    "Quarantine: rows that break it are set aside with its name, and count towards maxInvalidFraction. Warn: they "
    "stay; they are counted, shown in the report and named in the answer."
)
TABLE_ACTION = "Reject: there is no version. Warn: there is one, and the report and the answer say what is wrong."
RuleName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$")]
ColumnNames = Annotated[tuple[ColumnName, ...], Field(min_length=1, max_length=16)]


def _in_order(low: Any, high: Any) -> bool:
    return low is None or high is None or low <= high


class RowRule(SpecPart):
    """What each row must keep to, across its columns."""

    name: RuleName = Field(description="What the report and the quarantine call it, such as arrives-after-departure.")
    expression: Annotated[str, Field(min_length=1, max_length=2048)] = Field(
        description="What holds of a valid row: a boolean expression of DuckDB over its columns, such as arr_time > "
        'dep_time. Names that aren\'t plain words stand in double quotes: "unit price" > 0. A row for which it is null '
        "passes. It sees values in their types, before fillMissing; functions of one row alone may be called."
    )
    action: RowAction = Field(default="Quarantine", description=ROW_ACTION)


class RowCount(SpecPart):
    """How many rows a version may have."""

    rules = (
        Rule(
            "has(self.min) || has(self.max)",
            "rowCount bounds nothing: give min, max or both",
            lambda count: count.min is not None or count.max is not None,
        ),
        Rule(
            "!(has(self.min) && has(self.max)) || self.min <= self.max",
            "min must not exceed max: no table could pass",
            lambda count: _in_order(count.min, count.max),
            field=".min",
        ),
    )

    min: Count | None = Field(default=None, description="Fewest rows of a version, those set aside not counted.")
    max: Count | None = Field(default=None, description="Most rows of a version, those set aside not counted.")


class Freshness(SpecPart):
    """How old the newest row may be."""

    column: ColumnName = Field(
        description="A column of dates that says when a row is from. Missing ones don't count, nor do those after the "
        "moment of the look, of which the answer warns."
    )
    max_age: Period = Field(
        description="How long before the look its newest date may lie, such as 36h or 7d. A date without a time zone "
        "is read as UTC."
    )


class Reference(SpecPart):
    """Columns whose values must occur in another Dataset: a foreign key."""

    rules = (
        Rule(
            "self.columns.size() == self.referenced.size()",
            "columns and referenced pair up by their order: name as many of the one as of the other",
            lambda reference: len(reference.columns) == len(reference.referenced),
            field=".referenced",
        ),
    )

    columns: ColumnNames = Field(
        description="Columns of this table. A row in which one of them is missing passes, as in SQL.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    dataset: ObjectName = Field(
        description="Name of the Dataset in the same namespace; its current version is looked at, and each new one is "
        "a reason to look again."
    )
    referenced: ColumnNames = Field(
        description="Columns of that Dataset, in the order of columns, and of the same types.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    action: RowAction = Field(default="Quarantine", description=ROW_ACTION)


class Outliers(SpecPart):
    """Values far from the others of their column."""

    columns: Annotated[tuple[ColumnName, ...], Field(min_length=1, max_length=512)] = Field(
        description="Columns of numbers, each judged alone.", json_schema_extra={"x-kubernetes-list-type": "set"}
    )
    method: Literal["IQR", "ZScore", "MAD"] = Field(
        default="MAD",
        description="What far is: IQR, over threshold times the interquartile range outside the quartiles; ZScore, "
        "over threshold standard deviations from the mean; MAD, over threshold times 1.4826 times the median absolute "
        "deviation from the median, which outliers themselves move least.",
    )
    threshold: Annotated[float, Field(gt=0, le=1e6)] = Field(
        default=3.0, description="How far is too far; 1.5 is usual for IQR, 3 for ZScore and MAD."
    )
    max_fraction: Fraction | None = Field(
        default=None,
        description="The largest share of a column's values that may be outliers, 0 to 1. Over it there is no version: "
        "so many are no exceptions. Left out: any share.",
    )
    action: RowAction = Field(default="Quarantine", description=ROW_ACTION)


class Share(SpecPart):
    """The share of rows that a value may have."""

    rules = (
        Rule(
            "has(self.min) || has(self.max)",
            "the share is bounded by nothing: give min, max or both",
            lambda share: share.min is not None or share.max is not None,
        ),
        Rule(
            "!(has(self.min) && has(self.max)) || self.min <= self.max",
            "min must not exceed max: no share could pass",
            lambda share: _in_order(share.min, share.max),
            field=".min",
        ),
    )

    min: Fraction | None = Field(default=None, description="Smallest share, 0 to 1.")
    max: Fraction | None = Field(default=None, description="Largest share, 0 to 1.")


class Representation(SpecPart):
    """Which shares the values of a column must have among the rows that have one."""

    rules = (
        Rule(
            "has(self.values) || has(self.minFraction)",
            "nothing is demanded: give values, minFraction or both",
            lambda wanted: bool(wanted.values) or wanted.min_fraction is not None,
        ),
    )

    column: ColumnName = Field(description="A column of categories, strings, booleans or integers.")
    values: Annotated[dict[str, Share], Field(min_length=1, max_length=100)] | None = Field(
        default=None,
        description="By value, as text, the share that it must have: {F: {min: 0.3}, M: {min: 0.3}}. One that doesn't "
        "occur has the share 0.",
    )
    min_fraction: Fraction | None = Field(
        default=None, description="The smallest share of each value that occurs, 0 to 1."
    )
    action: TableAction = Field(default="Reject", description=TABLE_ACTION)


class Stability(SpecPart):
    """How far the table may have moved since the version before."""

    compared_to: Literal["Previous"] = Field(default="Previous", description="Previous: the current version.")
    max_psi: Annotated[float, Field(gt=0, le=10)] = Field(
        default=0.25,
        description="The largest population stability index of a column, over ten bins of equal counts (numbers, "
        "dates) or its values (categories, booleans) in the version before. A column has drifted where its "
        "index reaches this and chance alone would hardly make it so (0.01 over all columns together), so that few "
        "rows raise no false alarm.",
    )
    action: TableAction = Field(default="Reject", description=TABLE_ACTION)
