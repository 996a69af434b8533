"""Columns that a cleaning step parses: their type, and how they are written where the step says so."""

import re
from dataclasses import replace

import duckdb

from colonnade_api.datasets.cleaning import Parse
from colonnade_api.datasets.columns import ColumnRule, Table

from ...errors import PermanentError
from ..columns import Field
from ..reading import check_date_format
from ..reading.dates import of_format
from ..reading.numbers import Marks
from . import stepping
from .planning import Steps
from .stepping import Turn

NUMBER_FORMAT = re.compile(r"1([.,' ]?)234([.,])5")


def with_parsed(schema: Table, names: list[str], steps: Steps) -> Table:
    """The schema with the columns that are parsed, which may be missing. names: after all steps.

    Raises PermanentError where both give a type, and not the same.
    """
    declared = {column.name: column for column in schema.columns}
    found = list(schema.columns)
    for n, (turn, parse) in stepping.parsed(steps.names, steps.steps).items():
        known = declared.get(names[n])
        if known is None:
            found.append(ColumnRule.model_construct(name=names[n], type=parse.type, nullable=True))
        elif known.type != parse.type:
            raise PermanentError(
                "InvalidSpec",
                f"{turn.place}.type: spec.schema declares {known.name} as {known.type}, and it is parsed as "
                f"{parse.type}; say the same in both",
            )
    return schema.model_copy(update={"columns": tuple(found)})


def as_told(connection: duckdb.DuckDBPyConnection, fields: list[Field], steps: Steps) -> list[Field]:
    """The fields, written as their steps say. Raises PermanentError for a format that is none."""
    found = list(fields)
    for n, (turn, parse) in stepping.parsed(steps.names, steps.steps).items():
        if parse.format is None:
            continue
        if parse.type == "date":
            check_date_format(connection, parse.format, f"{turn.place}.format")
            found[n] = replace(found[n], dates=of_format(parse.format))
        else:
            found[n] = replace(found[n], marks=_marks(turn, parse))
    return found


def told(fields: list[Field], steps: Steps) -> set[str]:
    """The names of the columns whose steps say how they are written."""
    parses = stepping.parsed(steps.names, steps.steps)
    return {fields[n].rule.name for n, (_, parse) in parses.items() if parse.format is not None}


def _marks(turn: Turn, parse: Parse) -> Marks:
    found = NUMBER_FORMAT.fullmatch(parse.format or "")
    if found is None or found[1] == found[2]:
        raise PermanentError(
            "InvalidSpec",
            f"{turn.place}.format: {parse.format!r} doesn't say how 1234.5 is written, as 1.234,5 or 1234.5 would",
        )
    return Marks(found[2], found[1])
