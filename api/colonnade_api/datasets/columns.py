"""What a table must look like, column by column."""

from typing import Annotated, Any, Literal

from pydantic import Field

from colonnade_api.common import ColumnName, Rule, SpecPart

MAX_COLUMNS = 512
NUMERIC = ("number", "integer")
TEXTUAL = ("category", "string", "text")
MOMENT_PATTERN = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)?$"
ColumnType = Literal["number", "integer", "boolean", "category", "string", "text", "date"]
Moment = Annotated[str, Field(max_length=20, pattern=MOMENT_PATTERN)]


def _bounds_fit(column: Any) -> bool:
    return column.type in NUMERIC or (column.min is None and column.max is None)


def _moments_fit(column: Any) -> bool:
    return column.type == "date" or (column.earliest is None and column.latest is None)


def _words_fit(column: Any) -> bool:
    return column.type in TEXTUAL or not (column.allowed or column.pattern)


class ColumnRule(SpecPart):
    """One column: its type, and what its values must keep to."""

    rules = (
        Rule(
            f"self.type in {list(NUMERIC)} || !(has(self.min) || has(self.max))",
            "min and max bound numbers: set type to number or integer, or leave them out; dates have earliest, latest",
            _bounds_fit,
        ),
        Rule(
            "self.type == 'date' || !(has(self.earliest) || has(self.latest))",
            "earliest and latest bound dates: set type to date, or leave them out; numbers have min and max",
            _moments_fit,
        ),
        Rule(
            "!(has(self.earliest) && has(self.latest)) || self.earliest <= self.latest",
            "earliest must not come after latest: no value could pass",
            lambda column: column.earliest is None or column.latest is None or column.earliest <= column.latest,
            field=".earliest",
        ),
        Rule(
            f"self.type in {list(TEXTUAL)} || !(has(self.allowed) || has(self.pattern))",
            "allowed and pattern speak of text: set type to category, string or text, or leave them out",
            _words_fit,
        ),
        Rule(
            "!(has(self.min) && has(self.max)) || self.min <= self.max",
            "min must not exceed max: no value could pass",
            lambda column: column.min is None or column.max is None or column.min <= column.max,
            field=".min",
        ),
    )

    name: ColumnName = Field(description="Name of the column, as the data's header has it.")
    type: ColumnType = Field(
        description="number (floating point), integer, boolean, category (one of few words), string (an identifier), "
        "text (words to learn from) or date. A value that can't be read as its type breaks the rule."
    )
    nullable: bool = Field(default=False, description="Whether a value may be missing.")
    unique: bool = Field(
        default=False,
        description="Whether no value may come twice; of equal ones the first that breaks no rule is valid.",
    )
    min: float | None = Field(default=None, description="Smallest value that may occur (number, integer).")
    max: float | None = Field(default=None, description="Largest value that may occur (number, integer).")
    earliest: Moment | None = Field(
        default=None,
        description="First moment that may occur (date), in UTC: 2023-01-31, or 2023-01-31T12:00:00Z.",
    )
    latest: Moment | None = Field(
        default=None,
        description="Last moment that may occur (date), in UTC: 2023-01-31, which is its midnight, or "
        "2023-01-31T23:59:59Z.",
    )
    allowed: tuple[Annotated[str, Field(max_length=256)], ...] | None = Field(
        default=None,
        min_length=1,
        max_length=1000,
        description="The only values that may occur (category, string, text).",
        json_schema_extra={"x-kubernetes-list-type": "set"},
    )
    pattern: Annotated[str, Field(min_length=1, max_length=512)] | None = Field(
        default=None,
        description="Regular expression (RE2) that each value must match (category, string, text), such as "
        "^N[0-9A-Z]+$.",
    )


class Table(SpecPart):
    """The columns, and which of them name a row."""

    unique_key: tuple[ColumnName, ...] = Field(
        default=(),
        max_length=16,
        description="Columns that together name a row: of rows with equal values in all of them the first that "
        "breaks no other rule is valid, those after it break this one.",
        json_schema_extra={"x-kubernetes-list-type": "set"},
    )
    columns: tuple[ColumnRule, ...] = Field(
        default=(),
        max_length=MAX_COLUMNS,
        description="Columns that must exist, and what their values must keep to. Columns that are not listed are "
        "taken as they come.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
    )
