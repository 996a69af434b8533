"""How declared columns are written: which marks their numbers have, which format their dates, told from all values."""

from dataclasses import replace

import duckdb

from colonnade_api.csv import Csv

from .columns import Field
from .reading import RawTable, notation, plain
from .reading.notation import Values
from .reading.numbers import PLAIN

NUMBERS = ("number", "integer")
COUNTED = ("INT", "DOUBLE", "FLOAT", "DECIMAL")


def detect(
    connection: duckdb.DuckDBPyConnection, fields: list[Field], declared: set[str], csv: Csv, table: RawTable
) -> tuple[list[Field], RawTable]:
    """The fields of `raw` with the notation of those that are declared, which the table then knows too.

    Raises PermanentError where a column's values can be read in two ways.
    """
    texts = [field for field in fields if field.rule.name in declared and field.source == "VARCHAR"]
    numbers = [field.inner for field in texts if field.rule.type in NUMBERS]
    fitting = plain.ask(connection, "raw", numbers, lambda column: [PLAIN.fits(column)])
    are_plain = {column for column, (present, fit) in fitting.items() if present == fit}
    detected: list[Field] = []
    for field in fields:
        values = Values(connection, "raw", field.inner, field.rule.name)
        if field.rule.name not in declared:
            detected.append(field)
        elif field.rule.type == "date":
            detected.append(_date(field, values, csv))
        elif field.inner in fitting and (field.inner not in are_plain or csv.decimal):
            detected.append(replace(field, marks=notation.marks_of(values, csv)))
        else:
            detected.append(field)
    written = {field.inner for field in texts}
    return detected, table.with_formats(
        {field.rule.name: _shown(field) for field in detected if field.inner in written}
    )


def _date(field: Field, values: Values, csv: Csv) -> Field:
    if field.source == "VARCHAR":
        return replace(field, dates=notation.date_format_of(values, csv))
    if any(kind in field.source for kind in COUNTED):
        return replace(field, dates=notation.unix_of(values, f"CAST({field.inner} AS DOUBLE)"))
    return field


def _shown(field: Field) -> str:
    if field.rule.type == "date":
        return f"date, {field.dates.label}"
    return f"{field.rule.type}, {field.marks}" if field.rule.type in NUMBERS else field.rule.type
