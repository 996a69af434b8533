"""Files to the table `raw`, whatever they are."""
# ruff: noqa: S608 - columns are of our own naming, values go through literal()

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb

from colonnade_api.datasets.columns import ColumnType
from colonnade_api.datasets.csv import Csv
from colonnade_api.datasets.sources import DataSource

from ...errors import PermanentError
from ..sources import partitions
from ..sources.partitions import Keys
from ..tables import naming
from ..tables.database import raise_shortage
from ..tables.sql import error_text, literal
from . import csvfiles, inference, jsonlines, parquet
from .filetypes import file_type_of
from .rawtable import RawTable

READ = ("texts", "raw", "loaded")
UNIX = ("unix", "unix-ms", "unix-us", "unix-ns")


def load(
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[Path, Keys],
    source: DataSource,
    declared: dict[str, ColumnType],
    scratch: Path,
) -> RawTable:
    """Makes the table `raw` of all files, in order, columns matched by name; the keys of their folders come last.

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
    return _parquet(connection, files, csv, declared)


def drop(connection: duckdb.DuckDBPyConnection) -> None:
    """Gives back the room of all that was read."""
    tables = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    for (name,) in tables:
        if name in READ:
            connection.execute(f"DROP TABLE {name}")


def _jsonl(
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[Path, Keys],
    csv: Csv,
    declared: dict[str, ColumnType],
    scratch: Path,
) -> RawTable:
    prepared = [jsonlines.prepare(file, scratch / f"{n}") for n, file in enumerate(files)]
    found = [(part, keys) for part, keys in zip(prepared, files.values(), strict=True) if part]
    parts = [replace(part, folders=tuple(keys.items())) for part, keys in found]
    table = csvfiles.make(connection, parts or [csvfiles.nothing(next(iter(files)))], csv, declared, scratch)
    return table.with_notes([], [note for part, _ in found for note in part.notes()])


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


def _parquet(
    connection: duckdb.DuckDBPyConnection, keyed: Mapping[Path, Keys], csv: Csv, declared: dict[str, ColumnType]
) -> RawTable:
    files = list(keyed)
    names = parquet.names(files)
    keys = list(keyed[files[0]])
    partitions.check_free(keys, names, files[0].name)
    more = {naming.inner(len(names) + n): key for n, key in enumerate(keys)}
    by_file = {column: ", ".join(_value(found[key]) for found in keyed.values()) for column, key in more.items()}
    texts = [f"([{values}]::VARCHAR[])[CAST(file_index AS BIGINT) + 1] AS {c}" for c, values in by_file.items()]
    typed = _typed(connection, {column: key for column, key in more.items() if key not in declared}, keyed, csv)
    inner = ", ".join(naming.inner(n) for n in range(len(names)))
    paths = ", ".join(literal(str(file)) for file in files)
    try:
        read = f"read_parquet([{paths}], union_by_name = true) AS source({inner})"
        told = f"(SELECT {', '.join(['*', *texts])} FROM {read})" if keys else read
        values = ", ".join(f"{typed.get(column, column)} AS {column}" for column in more)
        columns = f"* EXCLUDE ({', '.join(more)}), {values}" if keys else "*"
        connection.execute(f"CREATE TABLE raw AS SELECT {columns} FROM {told}")
    except duckdb.Error as error:
        raise_shortage(error)
        raise PermanentError(
            "UnreadableSource", f"{files[0].name} can't be read as parquet: {error_text(error)}"
        ) from error
    return RawTable([*names, *keys])


def _typed(
    connection: duckdb.DuckDBPyConnection, columns: dict[str, str], keyed: Mapping[Path, Keys], csv: Csv
) -> dict[str, str]:
    """The SQL of undeclared keys of folders in the type that their values show, as those of a csv do."""
    if not columns:
        return {}
    rows = ", ".join(f"({', '.join(_value(found[key]) for key in columns.values())})" for found in keyed.values())
    connection.execute(f"CREATE TEMP TABLE keys AS SELECT * FROM (VALUES {rows}) AS found({', '.join(columns)})")
    inferred = inference.infer(connection, "keys", columns, csv)
    connection.execute("DROP TABLE keys")
    return {column: answer.sql for column, answer in inferred.items()}


def _value(value: str | None) -> str:
    return "CAST(NULL AS VARCHAR)" if value is None else literal(value)
