"""DuckDB out of core: bounded memory and threads, no network, spilling to scratch."""
# ruff: noqa: S608 - identifiers go through name(), values through literal()

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from .. import resources
from ..refusals import Refusal
from . import naming, parquet

MEMORY_SHARE = 0.5
ENCODINGS = ("utf-8", "latin-1")
DELIMITERS = ",;|\t"
LONGEST_COMPLAINT = 300
NULLS = ["", "NA", "N/A", "NaN", "nan", "null", "NULL"]


def connect(scratch: Path) -> duckdb.DuckDBPyConnection:
    """A database that keeps row order, holds at most half of the container's memory and spills to scratch.

    It has no file: tables that are read a few times aren't worth the packing that a file gets.
    """
    connection = duckdb.connect()
    megabytes = int(resources.memory_bytes() * MEMORY_SHARE / 1e6)
    connection.execute(f"SET memory_limit = '{megabytes}MB'")
    connection.execute(f"SET threads = {resources.cpus()}")
    connection.execute(f"SET temp_directory = {literal(str(scratch / 'spill'))}")
    connection.execute("SET preserve_insertion_order = true")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET enable_progress_bar = false")
    return connection


def load(connection: duckdb.DuckDBPyConnection, files: list[Path], as_text: list[str], kind: str | None) -> list[str]:
    """Makes the table `raw` of all files, in order, columns matched by name; returns the columns' names in order.

    Inside, the columns are c0, c1, … (naming.inner): no name that a source chose is ever part of our SQL's scope.
    as_text: columns of a csv whose type is declared, and therefore not guessed. kind: csv or parquet; else by name.
    Raises Refusal when a file isn't what its name says.
    """
    kinds = {kind or _kind(file) for file in files}
    if len(kinds) > 1:
        raise Refusal("UnreadableSource", "spec.source.storageUri: csv and parquet files are mixed; name one kind")
    reader = _csv if kinds == {"csv"} else _parquet
    try:
        names = _load(connection, reader, files, as_text)
        if reader is _parquet:
            names = parquet.names(files)
    except duckdb.Error as error:
        raise Refusal("UnreadableSource", f"{files[0].name} can't be read as {kinds.pop()}: {said(error)}") from error
    if reader is _csv and len(names) == 1 and any(delimiter in names[0] for delimiter in DELIMITERS):
        raise Refusal("UnreadableSource", f"{files[0].name}: its lines hold different numbers of fields; mend the file")
    return names


def said(error: duckdb.Error) -> str:
    """What DuckDB objects to, on one line, without its advice."""
    text = " ".join(line.strip() for line in str(error).splitlines() if line.strip())
    return text.partition("Possible ")[0].partition("LINE 1:")[0].strip()[:LONGEST_COMPLAINT]


Reader = Callable[[list[Path], list[str], str], str]


def _load(connection: duckdb.DuckDBPyConnection, reader: Reader, files: list[Path], as_text: list[str]) -> list[str]:
    for encoding in ENCODINGS:
        try:
            columns = [row[0] for row in connection.execute(f"DESCRIBE {reader(files, [], encoding)}").fetchall()]
            known = [column for column in as_text if column in columns]
            inner = ", ".join(naming.inner(n) for n in range(len(columns)))
            connection.execute(
                f"CREATE TABLE raw AS SELECT * FROM ({reader(files, known, encoding)}) AS source({inner})"
            )
        except duckdb.Error as error:
            if "utf-8" not in str(error).lower() or encoding == ENCODINGS[-1]:
                raise
        else:
            return columns
    return []


def one_row(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    """The one row that a query answers, read to its end: a result half read keeps the connection busy."""
    return connection.execute(query).fetchall()[0]


def types(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """The SQL type of each column of a table, in order."""
    return {row[0]: str(row[1]) for row in connection.execute(f"DESCRIBE {name(table)}").fetchall()}


def name(identifier: str) -> str:
    """An identifier, quoted for SQL."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(value: str | float | bool) -> str:
    """A value, quoted for SQL."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def _kind(file: Path) -> str:
    return "parquet" if file.name.removesuffix(".gz").endswith((".parquet", ".pq")) else "csv"


def _csv(files: list[Path], as_text: list[str], encoding: str) -> str:
    forced = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in as_text)
    options = f"union_by_name = true, sample_size = -1, nullstr = {_list(NULLS)}, encoding = {literal(encoding)}"
    return f"SELECT * FROM read_csv({_paths(files)}, {options}{f', types = {{{forced}}}' if forced else ''})"


def _parquet(files: list[Path], _as_text: list[str], _encoding: str) -> str:
    return f"SELECT * FROM read_parquet({_paths(files)}, union_by_name = true)"


def _paths(files: list[Path]) -> str:
    return _list([str(file) for file in files])


def _list(values: list[str]) -> str:
    return "[" + ", ".join(literal(value) for value in values) + "]"
