"""Csv files to the table `raw`: each value read once, as text, by a strict reader; then every column in its type."""
# ruff: noqa: S608 - columns are of our own naming, values go through literal()

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import duckdb

from colonnade_api.datasets.columns import ColumnType
from colonnade_api.datasets.csv import Csv

from ...errors import PermanentError
from ..sources import partitions
from ..sources.partitions import Keys
from ..tables import naming
from ..tables.database import WIDE, raise_shortage, without_optimizer
from ..tables.sql import error_text, literal
from . import dialects, encodings, inference, malformed
from . import missing as missing_values
from .dialects import Dialect
from .filetypes import GZIP
from .missing import Missing
from .notation import SAMPLE_ROWS
from .rawtable import RawTable

SHOWN_FILES = 20


@dataclass(frozen=True)
class CsvFile:
    """A file that DuckDB can read. shown: what its owner calls it; path: its text in UTF-8; encoding: it came in.
    folders: what their names say of its rows."""

    shown: str
    path: Path
    encoding: str
    dialect: Dialect
    folders: tuple[tuple[str, str | None], ...] = field(default=(), kw_only=True)

    def facts(self) -> dict[str, Any]:
        """What the report says of how the file is written."""
        dialect = self.dialect
        shown: dict[str, Any] = {"name": self.shown, "encoding": self.encoding, "delimiter": dialect.delimiter}
        shown |= {"quote": dialect.quote, "escape": dialect.escape, "header": dialect.header}
        return shown | {"skippedLines": dialect.skip, "columns": dialect.width}


def load(
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[Path, Keys],
    csv: Csv,
    declared: dict[str, ColumnType],
    scratch: Path,
) -> RawTable:
    """Makes the table `raw` of all files, in order, columns matched by name: declared ones as text, others typed.

    scratch: an empty folder for copies of files that DuckDB can't read as they are. Raises PermanentError, with file,
    line and reason, where a line doesn't fit or a column can be read in two ways.
    """
    found = [_prepared(file, csv, scratch / f"{n}") for n, file in enumerate(files)]
    told = zip(found, files.values(), strict=True)
    parts = [replace(file, folders=tuple(keys.items())) for file, keys in told if file] or [nothing(next(iter(files)))]
    return make(connection, parts, csv, declared, scratch)


def make(
    connection: duckdb.DuckDBPyConnection,
    parts: Sequence[CsvFile],
    csv: Csv,
    declared: dict[str, ColumnType],
    scratch: Path,
) -> RawTable:
    """As above, of files whose dialect is known."""
    names = _union(parts)
    keys = [key for key, _ in parts[0].folders]
    partitions.check_free(keys, names, parts[0].shown)
    names += keys
    columns = {naming.inner(n): name for n, name in enumerate(names)}
    connection.execute(f"CREATE TABLE texts ({', '.join(f'{column} VARCHAR' for column in columns)})")
    missing = Missing.of(csv, declared)
    for _, group in groupby(parts, key=lambda part: (part.dialect, part.folders)):
        _insert(connection, list(group), names, missing, scratch)
    guessed = {column: name for column, name in columns.items() if name not in declared}
    inferred = inference.infer(connection, "texts", guessed, csv)
    _make_raw(connection, columns, {column: answer.sql for column, answer in inferred.items()}, missing)
    notations = {columns[column]: answer.notation for column, answer in inferred.items()}
    words = [columns[column] for column, answer in inferred.items() if answer.notation == "text"]
    notes = [*_notes(parts), *(note for answer in inferred.values() for note in answer.notes)]
    if csv.null_values is None:
        notes += _markers_among(words, connection, parts[0])
    facts = [part.facts() for part in islice(parts, SHOWN_FILES)]
    return RawTable(names, facts, notations, notes, [missing.of_column(name) for name in names])


def _make_raw(
    connection: duckdb.DuckDBPyConnection, columns: dict[str, str], typed: dict[str, str], missing: Missing
) -> None:
    """Makes `raw` of `texts`: cast as it is looked at, which is once for most values; a wide one is copied, since each
    query would plan all of its columns. columns: inner and owner's names; typed: the SQL of those that are inferred."""
    values = [f"{typed.get(column) or missing.value(column, name)} AS {column}" for column, name in columns.items()]
    if len(columns) > WIDE:
        with without_optimizer(connection, len(columns)):
            connection.execute(f"CREATE TABLE raw AS SELECT {', '.join(values)} FROM texts")
        connection.execute("DROP TABLE texts")
        return
    texts = [f"{column} AS {naming.unmarked(column)}" for column, name in columns.items() if name in missing.later]
    connection.execute(f"CREATE TEMP VIEW raw AS SELECT rowid, {', '.join(values + texts)} FROM texts")


def _prepared(file: Path, csv: Csv, target: Path) -> CsvFile | None:
    path, encoding = encodings.to_utf8(file, csv.encoding, target)
    chunks = encodings.decoded(path)
    sample = next(chunks, "")
    if not sample.strip("\r\n"):
        return None
    dialect = dialects.detect(file.name, sample, csv, whole=not next(chunks, ""))
    return CsvFile(file.name, path, encoding, dialect)


def nothing(file: Path) -> CsvFile:
    """A file without any row."""
    return CsvFile(file.name, file, "utf-8", Dialect(",", '"', '"', True, 0, ("column0",)))


def _union(parts: Sequence[CsvFile]) -> list[str]:
    names = list(dict.fromkeys(name for part in parts for name in part.dialect.names))
    within = {frozenset(part.dialect.names) for part in parts}
    spelled: dict[str, str] = {}
    for name in names:
        other = spelled.setdefault(name.casefold(), name)
        if other != name and not any(name in alike and other in alike for alike in within):
            raise PermanentError(
                "UnreadableSource",
                f"spec.source: {other} and {name} are columns of several files, one name where case doesn't count; "
                "spell it alike",
            )
    return names


def _insert(
    connection: duckdb.DuckDBPyConnection, group: list[CsvFile], names: list[str], missing: Missing, scratch: Path
) -> None:
    """Adds the rows of files of one dialect, in order."""
    dialect = group[0].dialect
    filled = [*dialect.names, *(key for key, _ in group[0].folders)]
    targets = ", ".join(naming.inner(names.index(name)) for name in filled)
    read = {naming.inner(n): name for n, name in enumerate(dialect.names)}
    told = ["NULL" if value is None else literal(value) for _, value in group[0].folders]
    values = ", ".join([*(c if name in missing.later else missing.value(c, name) for c, name in read.items()), *told])
    insert = f"INSERT INTO texts ({targets}) SELECT {values} FROM"
    if dialect.is_for_python:
        _insert_rewritten(connection, group, insert, scratch)
        return
    try:
        with without_optimizer(connection, dialect.width):
            connection.execute(f"{insert} {_scan(group)}")
    except duckdb.Error as error:
        raise_shortage(error)
        for part in group:
            if problem := malformed.explain(part.path, part.shown, dialect, error):
                raise problem from error
        _insert_rewritten(connection, group, insert, scratch)


def _insert_rewritten(connection: duckdb.DuckDBPyConnection, group: list[CsvFile], insert: str, scratch: Path) -> None:
    """As above, where DuckDB would stumble: over lines that end in several ways, over a header of several lines."""
    for part in group:
        target = scratch / f"{part.path.name}.even"
        malformed.with_even_ends(part.path, part.dialect, target)
        even = replace(part.dialect, delimiter=",", quote='"', escape='"', header=False, skip=0, ends=r"\n")
        try:
            with without_optimizer(connection, even.width):
                connection.execute(f"{insert} {_scan([replace(part, path=target, dialect=even)])}")
        except duckdb.Error as error:
            raise_shortage(error)
            if problem := malformed.explain(part.path, part.shown, part.dialect, error):
                raise problem from error
            raise PermanentError(
                "UnreadableSource", f"{part.shown} can't be read as csv: {error_text(error)}"
            ) from error
        target.unlink()


def _scan(group: list[CsvFile]) -> str:
    dialect = group[0].dialect
    inner = [naming.inner(n) for n in range(dialect.width)]
    paths = ", ".join(literal(str(part.path)) for part in group)
    options = {
        "auto_detect": "false",
        "strict_mode": "true",
        "delim": literal(dialect.delimiter),
        "quote": literal(dialect.quote),
        "escape": literal(dialect.escape),
        "header": str(dialect.header).lower(),
        "skip": str(dialect.skip),
        # Its own list of markers would let a line pass that is longer than the header by fields of them alone.
        "nullstr": "''",
        "compression": literal(_compression(group)),
        "columns": "{" + ", ".join(f"{column}: 'VARCHAR'" for column in inner) + "}",
    }
    if dialect.ends:
        options["new_line"] = literal(dialect.ends)
    return f"read_csv([{paths}], {', '.join(f'{key} = {value}' for key, value in options.items())})"


def _compression(group: list[CsvFile]) -> str:
    with group[0].path.open("rb") as file:
        return "gzip" if file.read(len(GZIP)) == GZIP else "none"


def _markers_among(words: list[str], connection: duckdb.DuckDBPyConnection, file: CsvFile) -> Iterator[str]:
    """Whether the common markers of a missing value stand in columns of words, where one of them may be a word."""
    dialect = file.dialect
    asked = {naming.inner(n): name for n, name in enumerate(dialect.names) if name in words}
    if dialect.is_for_python or not asked or len(asked) > WIDE:
        return
    is_marker = {column: f"{column} IN ({', '.join(map(literal, missing_values.NULLS))})" for column in asked}
    counts = [f"count(*) FILTER ({test}), any_value({c}) FILTER ({test})" for c, test in is_marker.items()]
    sampled = f"{_scan([file])} LIMIT {SAMPLE_ROWS}"
    query = f"SELECT count(*), {', '.join(counts)} FROM (SELECT * FROM {sampled})"
    try:
        row = connection.execute(query).fetchone() or ()
    except duckdb.Error:  # its lines end in several ways, and the rows came from a copy
        return
    for name, count, marker in zip(asked.values(), row[1::2], row[2::2], strict=True):
        if count:
            yield (
                f"{name}: {marker} is read as missing ({count:,} of the first {row[0]:,} rows); where it is a word, "
                "declare the column as string, or say in spec.source.csv.nullValues what means missing"
            )


def _notes(parts: Sequence[CsvFile]) -> Iterator[str]:
    dialect = parts[0].dialect
    if dialect.preamble:
        shown = " / ".join(dialect.preamble)[:100]
        lines = "1 line is" if len(dialect.preamble) == 1 else f"{len(dialect.preamble)} lines are"
        yield f"{parts[0].shown}: {lines} passed over before the header ({shown})"
    if dialect.delimiter == dialects.NO_DELIMITER and not dialect.names[0].isidentifier():
        yield (
            f"{parts[0].shown} is read as one column, {dialect.names[0]}: no line is divided by comma, semicolon, tab "
            "or |; name another delimiter in spec.source.csv.delimiter"
        )
    for n, (head, name) in enumerate(zip(dialect.heads, dialect.names, strict=False)):
        if dialect.header and head.strip() != name:
            of = f"column {n + 1} has no name" if not head.strip() else f"{head.strip()} is the name of several columns"
            yield f"{parts[0].shown}: {of}; column {n + 1} is called {name}"
