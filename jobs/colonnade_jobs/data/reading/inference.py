"""The types of columns that nobody declared, told from all their values: a sample rules out, the whole confirms."""
# ruff: noqa: S608 - columns and tables are of our own naming

from dataclasses import dataclass, field

import duckdb

from colonnade_api.datasets.csv import Csv

from ..tables import aggregates
from ..tables.database import one_row
from ..tables.sql import literal
from . import dates, notation, plain
from .dates import DateFormat
from .notation import Values
from .numbers import COMMA, POINT, Marks
from .plain import NUMBER, Plain

DATEISH = (
    r"\s*(?:(?:[A-Z][a-z]{2}, )?[0-9]{1,4}[-/. ](?:[0-9]{1,2}|[A-Za-z]{3,9})(?:[-/. ][0-9]{1,4})?(?:[T ].*)?"
    r"|[A-Za-z]{3,9} [0-9]{1,2}, [0-9]{4}.*)"
)
NUMBERISH = r"\s*[-+−]?[$€£¥]?\s*[-+−]?[0-9][0-9.,'’\s\x{a0}\x{202f}]*(?:[eE][-+]?[0-9]+)?\s*[%$€£¥]?\s*"
IDENTIFIER = r"\s*(?:\+|-?0[0-9])"  # a leading plus or zero: a telephone number, a code


@dataclass(frozen=True)
class Inferred:
    """What a column turned out to be. sql: its value in that type; notation: how it is written; notes: for people."""

    sql: str
    notation: str
    notes: list[str] = field(default_factory=list)


def infer(connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], csv: Csv) -> dict[str, Inferred]:
    """What each column of a table of texts is. columns: what it is called inside, and by its owner.

    Raises PermanentError where a column's values can be read in two ways.
    """
    sampled = f"{table} LIMIT {notation.SAMPLE_ROWS}"
    counts = plain.count(connection, sampled, list(columns))
    if not aggregates.is_short(connection, table):  # a short one is all in the sample
        counts |= plain.confirm(connection, table, counts)
    dressed = [column for column in columns if not counts[column].is_plain]
    shapes = plain.ask(connection, sampled, dressed, _shapes)
    found: dict[str, Inferred] = {}
    for column, name in columns.items():
        values = Values(connection, table, column, name)
        if counts[column].is_plain:
            found[column] = _plain(values, counts[column])
            continue
        present, dateish, numberish = shapes[column]
        found_type = _date(values, csv) if dateish == present or csv.date_format else None
        is_number = numberish == present and not counts[column].is_long
        found_type = found_type or (_number(values, csv) if is_number else None)
        found[column] = found_type or _text(values, counts[column], present > 0 and numberish == present)
    _check_marks(connection, table, columns, found)
    return found


def _shapes(column: str) -> list[str]:
    return [f"regexp_full_match({column}, {literal(shape)})" for shape in (DATEISH, NUMBERISH)]


def _plain(values: Values, counts: Plain) -> Inferred:
    column = values.column
    if not counts.present:
        return Inferred(column, "no values")
    if counts.is_whole:
        return Inferred(f"CAST({column} AS BIGINT)", "integer")
    if counts.is_boolean:
        return Inferred(f"CAST(trim({column}) AS BOOLEAN)", "boolean")
    infinite = "1 value is" if counts.infinite == 1 else f"{counts.infinite:,} values are"
    notes = [f"{values.name}: {infinite} infinite, which is read as missing"] if counts.infinite else []
    return Inferred(f"CAST({column} AS DOUBLE)", "number", notes)


def _date(values: Values, csv: Csv) -> Inferred | None:
    given = [dates.of_format(csv.date_format)] if csv.date_format and not csv.date_format.startswith("unix") else []
    form = _one_fitting(values, given) or _one_fitting(values, [form for form in dates.FORMATS if form.inferred])
    if form is None:
        return None
    timed, zoned = values.count(
        f"regexp_matches({values.column}, '[0-9]:[0-9]')",
        f"regexp_matches({values.column}, {literal(f'[0-9]:[0-9.:]+{dates.ZONE}')})",
    )
    moment = form.timestamp(values.column)
    if not timed:
        return Inferred(f"CAST({moment} AS DATE)", f"date, {form.label}")
    return Inferred(f"CAST({moment} AS TIMESTAMPTZ)" if zoned else moment, f"date, {form.label} with times")


def _one_fitting(values: Values, formats: list[DateFormat]) -> DateFormat | None:
    """The format that all values fit: asked of few, then of more, then of all, as fewer formats are left."""
    few = notation.fitting_sample(values, formats)
    found = notation.fitting(values, few) if few else []
    if found:
        notation.check_order(values, dict.fromkeys(found, 1))
    return next(iter(found), None)


def _number(values: Values, csv: Csv) -> Inferred | None:
    given = notation.given_marks(csv)
    for marks in (given,) if given else (COMMA, POINT):
        present, fitting = values.count(f"{values.column} IS NOT NULL", _is_number(marks, values.column))
        if present == fitting:
            found = given or notation.marks_of(values, csv)
            return Inferred(f"CAST({found.plain(values.column)} AS DOUBLE)", f"number, {found}")
    return None


def _is_number(marks: Marks, column: str) -> str:
    finite = f"isfinite(TRY_CAST({marks.plain(column)} AS DOUBLE))"
    return f"{finite} AND NOT regexp_matches({column}, {literal('^' + IDENTIFIER)})"


def _text(values: Values, counts: Plain, is_dressed: bool) -> Inferred:
    name, others = (
        values.name,
        f"{values.column} IS NOT NULL AND NOT regexp_full_match({values.column}, {literal(NUMBER)})",
    )
    if counts.is_long:
        note = (
            f"{name} is read as text: {counts.long:,} of its {counts.present:,} whole numbers have more than 64 bits; "
            "declare it as number where rounded values will do"
        )
    elif counts.is_mostly_numbers:
        note = (
            f"{name} is read as text: most of its values are numbers, and {_count(values.count(others)[0])}, such as "
            f"{_shown(values.examples(others))}; where that means missing, list it in spec.source.csv.nullValues, or "
            "declare the column"
        )
    elif counts.number and (words := _few_words(values)):
        numbers, present = values.count(plain.is_number(values.column), f"{values.column} IS NOT NULL")
        note = (
            f"{name} is read as text: {numbers:,} of its {present:,} values are numbers, and all others are "
            f"{_shown(words)}; where that means missing, list it in spec.source.csv.nullValues, or declare the column"
        )
    elif is_dressed and values.count(f"NOT regexp_full_match({values.column}, '\\s*[0-9]+\\s*')")[0]:
        note = (
            f"{name} is read as text, though its values look like numbers ({_shown(values.examples('true'))}); write "
            "them plainly, or set spec.source.csv.decimal and csv.thousands"
        )
    else:
        return Inferred(values.column, "text")
    return Inferred(values.column, "text", [note])


def _few_words(values: Values) -> list[str]:
    """What isn't a number, where it is always one of a few words, and the numbers are more various: no codes."""
    number, column = plain.is_number(values.column), values.column
    query = (
        f"SELECT count(DISTINCT {column}) FILTER ({number}), count(DISTINCT {column}) FILTER (NOT ({number})) "
        f"FROM {values.table}"
    )
    numbers, words = one_row(values.connection, query)
    if not 0 < words <= notation.SHOWN or numbers <= words:
        return []
    return values.examples(f"NOT ({number})")


def _check_marks(
    connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], found: dict[str, Inferred]
) -> None:
    """Raises PermanentError where 1.234 stands beside columns with a decimal comma, and so may be a thousand."""
    commas = [column for column, found_type in found.items() if found_type.notation == f"number, {COMMA}"]
    if not commas:
        return
    for column, found_type in found.items():
        if found_type.notation == "number":
            notation.check_grouping(Values(connection, table, column, columns[column]), columns[commas[0]])


def _count(others: int) -> str:
    return "1 isn't" if others == 1 else f"{others:,} aren't"


def _shown(examples: list[str]) -> str:
    return ", ".join(repr(value) for value in examples)
