"""Files to the table `raw`, whatever they are."""
# ruff: noqa: S608 - columns are of our own naming, values go through literal()

from pathlib import Path

import duckdb

from colonnade_api.columns import ColumnType
from colonnade_api.csv import Csv
from colonnade_api.sources import DataSource

from ...errors import PermanentError
from .. import naming, parquet
from ..database import raise_shortage
from ..sql import error_text, literal
from . import csvfiles, jsonlines
from .filetypes import file_type_of
from .rawtable import RawTable

READ = ("texts", "raw", "loaded")
UNIX = ("unix", "unix-ms", "unix-us", "unix-ns")


def load(
    connection: duckdb.DuckDBPyConnection,
    files: list[Path],
    source: DataSource,
    declared: dict[str, ColumnType],
    scratch: Path,
) -> RawTable:
    """Makes the table `raw` of all files, in order, columns matched by name.

    Inside, the columns are c0, c1, … (naming.inner): no name that a source chose is ever part of our SQL's scope.
    declared: by the owner's names, the types that the schema declares: such columns of a csv stay text. scratch: an
    empty folder. Raises PermanentError when a file isn't what it should be.
    """
    csv = source.csv or Csv()
    if csv.date_format:
        check_date_format(connection, csv.date_format, "spec.source.csv.dateFormat")
    given = None if source.format == "delta" else source.format
    kinds = {file_type_of(file, given): file for file in files}
    if len(kinds) > 1:
        one, other, *_ = (f"{file.name} ({kind})" for kind, file in kinds.items())
        raise PermanentError(
            "UnreadableSource",
            f"spec.source: {' and '.join(sorted(kinds))} are mixed, as in {one} and {other}; bring one",
        )
    if "csv" in kinds:
        return csvfiles.load(connection, files, csv, declared, scratch)
    if "jsonl" in kinds:
        return _jsonl(connection, files, csv, declared, scratch)
    return _parquet(connection, files)


def drop(connection: duckdb.DuckDBPyConnection) -> None:
    """Gives back the room of all that was read."""
    tables = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    for (name,) in tables:
        if name in READ:
            connection.execute(f"DROP TABLE {name}")


def _jsonl(
    connection: duckdb.DuckDBPyConnection, files: list[Path], csv: Csv, declared: dict[str, ColumnType], scratch: Path
) -> RawTable:
    found = [jsonlines.prepare(file, scratch / f"{n}") for n, file in enumerate(files)]
    parts = [file for file in found if file]
    table = csvfiles.make(connection, parts or [csvfiles.nothing(files[0])], csv, declared, scratch)
    return table.with_notes([], [note for part in parts for note in part.notes()])


def check_date_format(connection: duckdb.DuckDBPyConnection, form: str, place: str) -> None:
    """Raises PermanentError for what is no format for dates. place: where it stands in the spec."""
    if form in UNIX:
        return
    try:
        connection.execute(f"SELECT strptime(strftime(TIMESTAMP '2001-02-03', {literal(form)}), {literal(form)})")
    except duckdb.Error as error:
        raise PermanentError(
            "InvalidSpec",
            f"{place}: {form} is no format for dates, such as %d/%m/%Y or %Y-%m-%d %H:%M, nor unix or unix-ms",
        ) from error


def _parquet(connection: duckdb.DuckDBPyConnection, files: list[Path]) -> RawTable:
    names = parquet.names(files)
    inner = ", ".join(naming.inner(n) for n in range(len(names)))
    paths = ", ".join(literal(str(file)) for file in files)
    try:
        connection.execute(
            f"CREATE TABLE raw AS SELECT * FROM read_parquet([{paths}], union_by_name = true) AS source({inner})"
        )
    except duckdb.Error as error:
        raise_shortage(error)
        raise PermanentError(
            "UnreadableSource", f"{files[0].name} can't be read as parquet: {error_text(error)}"
        ) from error
    return RawTable(names)
