"""DuckDB out of core: bounded memory and threads, no network, spilling to scratch."""
# ruff: noqa: S608 - identifiers go through name(), values through literal()

from pathlib import Path

import duckdb

from .. import resources
from ..refusals import Refusal

MEMORY_SHARE = 0.5
NULLS = ["", "NA", "N/A", "NaN", "nan", "null", "NULL"]


def connect(scratch: Path) -> duckdb.DuckDBPyConnection:
    """A database in scratch that keeps row order and holds at most half of the container's memory."""
    connection = duckdb.connect(scratch / "work.duckdb")
    megabytes = int(resources.memory_bytes() * MEMORY_SHARE / 1e6)
    connection.execute(f"SET memory_limit = '{megabytes}MB'")
    connection.execute(f"SET threads = {resources.cpus()}")
    connection.execute(f"SET temp_directory = {literal(str(scratch / 'spill'))}")
    connection.execute("SET preserve_insertion_order = true")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET enable_progress_bar = false")
    return connection


def load(connection: duckdb.DuckDBPyConnection, files: list[Path], as_text: list[str], kind: str | None) -> None:
    """Makes the table `raw` of all files, in order, columns matched by name.

    as_text: columns of a csv whose type is declared, and therefore not guessed. kind: csv or parquet; else by name.
    Raises Refusal when a file isn't what its name says.
    """
    kinds = {kind or _kind(file) for file in files}
    if len(kinds) > 1:
        raise Refusal("UnreadableSource", "spec.source.storageUri: csv and parquet files are mixed; name one kind")
    reader = _csv if kinds == {"csv"} else _parquet
    try:
        columns = [row[0] for row in connection.execute(f"DESCRIBE {reader(files, [])}").fetchall()]
        connection.execute(f"CREATE TABLE raw AS {reader(files, [name for name in as_text if name in columns])}")
    except duckdb.Error as error:
        first_line = str(error).partition("\n")[0]
        raise Refusal("UnreadableSource", f"{files[0].name} can't be read as {kinds.pop()}: {first_line}") from error


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


def _csv(files: list[Path], as_text: list[str]) -> str:
    forced = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in as_text)
    options = f"union_by_name = true, sample_size = -1, nullstr = {_list(NULLS)}"
    return f"SELECT * FROM read_csv({_paths(files)}, {options}{f', types = {{{forced}}}' if forced else ''})"


def _parquet(files: list[Path], _: list[str]) -> str:
    return f"SELECT * FROM read_parquet({_paths(files)}, union_by_name = true)"


def _paths(files: list[Path]) -> str:
    return _list([str(file) for file in files])


def _list(values: list[str]) -> str:
    return "[" + ", ".join(literal(value) for value in values) + "]"
