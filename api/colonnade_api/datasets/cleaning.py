"""What is done to the rows before they are checked."""

from typing import Annotated, Literal

from pydantic import Field

from colonnade_api.common import ColumnName, Rule, SpecPart

Cell = Annotated[str, Field(min_length=1, max_length=256)]
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


class Replace(SpecPart):
    """Other values for some of a column's."""

    rules = (
        Rule(
            "(has(self.values) && size(self.values) > 0) || (has(self.missing) && size(self.missing) > 0)",
            "replace says nothing: give values (what becomes what) or missing (what means that there is no value)",
            lambda replace: bool(replace.values or replace.missing),
        ),
        Rule(
            "!has(self.values) || !('' in self.values)",
            "an empty text is a missing value: give it another by fillMissing",
            lambda replace: "" not in replace.values,
            field=".values",
        ),
    )

    column: ColumnName = Field(description="The column whose values are replaced.")
    values: Annotated[dict[str, Cell], Field(max_length=256)] = Field(
        default={},
        description="What becomes what: whole values, written as a cell of the column, such as {M: male, F: female}.",
    )
    missing: Annotated[tuple[Cell, ...], Field(max_length=256)] = Field(
        default=(),
        description='Values that mean that there is none, such as ["n/a", "-999"].',
        json_schema_extra={"x-kubernetes-list-type": "set"},
    )


class Lowercase(SpecPart):
    """Writes text in lower case."""

    columns: ColumnNames = Field(
        default=(),
        description="Columns to write in lower case. Left out: every column of text.",
        json_schema_extra={"x-kubernetes-list-type": "set"},
    )


class Clip(SpecPart):
    """Brings numbers beyond a bound back to it."""

    rules = (
        Rule(
            "has(self.min) || has(self.max)",
            "clip needs a bound: min, max or both",
            lambda clip: clip.min is not None or clip.max is not None,
        ),
        Rule(
            "!(has(self.min) && has(self.max)) || self.min <= self.max",
            "min must not exceed max: no value could stay",
            lambda clip: clip.min is None or clip.max is None or clip.min <= clip.max,
            field=".min",
        ),
    )

    column: ColumnName = Field(description="The column of numbers.")
    min: float | None = Field(default=None, description="What is smaller becomes this.")
    max: float | None = Field(default=None, description="What is greater becomes this.")


class DropRows(SpecPart):
    """Leaves rows out."""

    where: Annotated[str, Field(min_length=1, max_length=1024)] = Field(
        description='Rows for which this is true go, such as "distance = 0 OR origin = dest": an expression of one '
        "row's columns. Where it is neither true nor false, as with a missing value, the row stays."
    )


class Parse(SpecPart):
    """Reads a column as a type; a value that can't be read so breaks a rule."""

    rules = (
        Rule(
            "self.type in ['number', 'integer', 'date'] || !has(self.format)",
            "format goes with type: date, number or integer",
            lambda parse: parse.type != "boolean" or parse.format is None,
            field=".format",
        ),
    )

    column: ColumnName = Field(description="The column that is read.")
    type: Literal["number", "integer", "boolean", "date"] = Field(description="What its values are.")
    format: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        default=None,
        description="How they are written. Of dates as strftime has it, such as %d.%m.%Y, or unix, unix-ms; of numbers "
        "1234.5 written so, such as 1.234,5. Left out: told from the values.",
    )


class Rename(SpecPart):
    """Another name for a column; steps that follow, and the schema, go by it."""

    from_: ColumnName = Field(alias="from", description="The column's name so far.")
    to: ColumnName = Field(description="Its name from here on.")


STEPS = ("dropDuplicates", "fillMissing", "trim", "replace", "lowercase", "clip", "dropRows", "parse", "rename")


class CleaningStep(SpecPart):
    """One step of cleaning: exactly one of its fields."""

    rules = (
        Rule(
            f"[{', '.join(f'has(self.{step})' for step in STEPS)}].filter(given, given).size() == 1",
            f"a cleaning step is exactly one of {', '.join(STEPS[:-1])} and {STEPS[-1]}; write the next one as a step "
            "of its own",
            lambda step: len(step.model_dump(exclude_none=True)) == 1,
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
    replace: Replace | None = Field(default=None, description="Put other values in the place of some.")
    lowercase: Lowercase | None = Field(
        default=None, description="Write text in lower case. Write `lowercase: {}` for every column of text."
    )
    clip: Clip | None = Field(default=None, description="Bring numbers beyond a bound back to it.")
    drop_rows: DropRows | None = Field(default=None, description="Leave rows out.")
    parse: Parse | None = Field(default=None, description="Read a column as a type, written in a format.")
    rename: Rename | None = Field(default=None, description="Give a column another name.")
