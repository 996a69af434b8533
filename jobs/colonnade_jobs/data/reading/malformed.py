"""Lines that don't fit the rest of their file: found by Python's reader after DuckDB's strict one has objected."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import duckdb

from ...errors import PermanentError
from . import encodings
from .dialects import Dialect
from .filetypes import opened

SHOWN = 60
LINE = re.compile(r"CSV Error on Line: (\d+)")
TOO_LONG = "Maximum line size"


def explain(file: Path, shown: str, dialect: Dialect, error: duckdb.Error) -> PermanentError | None:
    """Why DuckDB could not read a file, with the line; None where every line fits. shown: what the file is called."""
    for _ in encodings.decoded(file):
        pass  # raises PermanentError at a stray byte
    if TOO_LONG in str(error) and (found := LINE.search(str(error))):
        return PermanentError(
            "UnreadableSource",
            f"{shown} line {int(found[1]):,} is longer than 2 MB; split it, or bring the table as parquet",
        )
    line = dialect.skip + 1
    with _lines(file) as lines:
        try:
            for start, fields in dialect.records(_after(lines, dialect.skip), strict=True):
                line = start + dialect.skip
                if len(fields) != dialect.width and fields[dialect.width :] != [""]:
                    return _misfit(shown, dialect, line, fields)
        except csv.Error:
            return PermanentError(
                "UnreadableSource",
                f"{shown}, after line {line:,}: a quote is opened, and not closed where its field ends; double the "
                "quotes within a field, or name another quote in spec.source.csv.quote",
            )
    return None


def with_even_ends(file: Path, dialect: Dialect, target: Path) -> None:
    """Writes the rows of a file to target, comma-separated, each line ended by a line feed alone, without a header."""
    with _lines(file) as lines, target.open("w", encoding="utf-8", newline="") as plain:
        # All quoted: Python leaves a lone carriage return bare, at which DuckDB stumbles.
        writer = csv.writer(plain, lineterminator="\n", quoting=csv.QUOTE_ALL)
        found = dialect.records(_after(lines, dialect.skip), trim=False)
        writer.writerows(record.fields for record in islice(found, int(dialect.header), None))


def _lines(file: Path) -> io.TextIOWrapper:
    return io.TextIOWrapper(opened(file), encoding="utf-8-sig", newline="")


def _after(lines: Iterator[str], skip: int) -> Iterator[str]:
    for _ in range(skip):
        next(lines, None)
    return lines


def _misfit(shown: str, dialect: Dialect, line: int, fields: list[str]) -> PermanentError:
    count = f"{len(fields)} field{'' if len(fields) == 1 else 's'}"
    text = (dialect.delimiter if dialect.width > 1 else ",").join(fields)
    cut = f"{text[:SHOWN]}…" if len(text) > SHOWN else text
    of = "the header has" if dialect.header else "the first line has"
    return PermanentError(
        "UnreadableSource",
        f"{shown} line {line:,}: its lines hold different numbers of fields; this one has {count} where {of} "
        f"{dialect.width}: {cut!r}; mend it, or quote the field that holds the delimiter",
    )
