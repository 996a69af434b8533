"""How declared columns are written: which marks their numbers have, which format their dates.

A sample tells, and the check of the rows confirms: where every value is of its type, no other notation fits more of
them. Where one isn't, all values of the column are asked.
"""

from collections.abc import Set
from dataclasses import dataclass, replace

import duckdb

from colonnade_api.datasets.csv import Csv

from ..columns import Field
from . import dates, notation, plain
from .notation import Values
from .numbers import PLAIN

NUMBERS = ("number", "integer")
COUNTED = ("INT", "DOUBLE", "FLOAT", "DECIMAL")
SAMPLE = f"raw LIMIT {notation.SAMPLE_ROWS}"


@dataclass(frozen=True)
class Guess:
    """The fields with their notation, and the inner names of those that a sample alone told it of."""

    fields: list[Field]
    sampled: frozenset[str]


def detect(connection: duckdb.DuckDBPyConnection, fields: list[Field], declared: set[str], csv: Csv) -> Guess:
    """The fields of `raw` with the notation of those that are declared: by a sample where that shows one alone.

    Raises PermanentError where a column's values can be read in two ways.
    """
    written = [field for field in fields if field.rule.name in declared]
    sampled = _plain_numbers(connection, written, csv) | _dates_of_one_format(connection, written, csv)
    unclear = {field.inner for field in written if field.inner not in sampled}
    found = [sampled.get(field.inner, field) for field in fields]
    return Guess(from_all(connection, found, unclear, csv), frozenset(sampled))


def from_all(connection: duckdb.DuckDBPyConnection, fields: list[Field], unclear: Set[str], csv: Csv) -> list[Field]:
    """The fields, with the notation of the unclear ones told from all values. Raises PermanentError as above."""
    numbers = [field.inner for field in fields if field.inner in unclear and _is_written_number(field)]
    fitting = plain.ask(connection, "raw", numbers, lambda column: [PLAIN.fits(column)])
    are_plain = {column for column, (present, fit) in fitting.items() if present == fit and not csv.decimal}
    found: list[Field] = []
    for field in fields:
        values = Values(connection, "raw", field.inner, field.rule.name)
        if field.inner not in unclear:
            found.append(field)
        elif field.rule.type == "date":
            found.append(_date(field, values, csv))
        elif field.inner in fitting:
            marks = PLAIN if field.inner in are_plain else notation.marks_of(values, csv)
            found.append(replace(field, marks=marks))
        else:
            found.append(field)
    return found


def shown(fields: list[Field], declared: set[str]) -> dict[str, str]:
    """What the report says of how the declared columns of a csv are written."""
    return {
        field.rule.name: _shown(field) for field in fields if field.rule.name in declared and field.source == "VARCHAR"
    }


def _is_written_number(field: Field) -> bool:
    return field.source == "VARCHAR" and field.rule.type in NUMBERS


def _plain_numbers(connection: duckdb.DuckDBPyConnection, fields: list[Field], csv: Csv) -> dict[str, Field]:
    """The columns of numbers whose sample is plain throughout."""
    numbers = {} if csv.decimal else {field.inner: field for field in fields if _is_written_number(field)}
    fitting = plain.ask(connection, SAMPLE, list(numbers), lambda column: [PLAIN.fits(column)])
    return {inner: numbers[inner] for inner, (present, fit) in fitting.items() if present == fit}


def _dates_of_one_format(connection: duckdb.DuckDBPyConnection, fields: list[Field], csv: Csv) -> dict[str, Field]:
    """The columns of dates all of whose sample fits one format and no other."""
    found = {}
    for field in fields:
        if field.source != "VARCHAR" or field.rule.type != "date" or csv.date_format:
            continue
        values = Values(connection, "raw", field.inner, field.rule.name)
        formats = notation.fitting_sample(values, list(dates.FORMATS))
        if len(formats) == 1:
            found[field.inner] = replace(field, dates=formats[0])
    return found


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
