"""DuckDB out of core: bounded memory and threads, no network, spilling to scratch."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from colonnade_serving.store import FULL

from ... import resources
from .sql import error_text, identifier, literal

MEMORY_SHARE = 0.5
UNPACKED = 4  # what a table takes in memory, over its files: parquet 5.5, csv 3
PACKED = "rows.duckdb"
OUT_OF_MEMORY = "Out of Memory Error"
WIDE = 200


@contextmanager
def connect(scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database that keeps row order, holds at most half of the container's memory and spills to scratch.

    It has no file: tables that are read a few times aren't worth the packing that a file gets; see `make_room`.
    """
    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{int(_memory_bytes() / 1e6)}MB'")
        connection.execute(f"SET threads = {resources.cpus()}")
        connection.execute(f"SET temp_directory = {literal(str(scratch / 'spill'))}")
        connection.execute("SET preserve_insertion_order = true")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET autoinstall_known_extensions = false")
        connection.execute("SET enable_progress_bar = false")
        yield connection
    (scratch / PACKED).unlink(missing_ok=True)


def make_room(connection: duckdb.DuckDBPyConnection, files: Sequence[Path], scratch: Path) -> None:
    """Tables that memory couldn't hold are made in a file from here on: packed, they take a quarter of the disk that
    they would spill to, and as much less time to read again. files: those that the tables will be made of."""
    if sum(file.stat().st_size for file in files) * UNPACKED > _memory_bytes():
        connection.execute(f"ATTACH {literal(str(scratch / PACKED))} AS packed")
        connection.execute("USE packed")


def _memory_bytes() -> int:
    return int(resources.memory_bytes() * MEMORY_SHARE)


def raise_shortage(error: duckdb.Error | OSError) -> None:
    """Memory or disk that ran out is no fault of the data: raises MemoryError or OSError, which a larger Job mends.

    What DuckDB meets while Arrow asks it for more rows comes as an OSError without a number, in DuckDB's words.
    """
    passed_on = isinstance(error, OSError) and error.errno is None
    if isinstance(error, duckdb.OutOfMemoryException) or (passed_on and str(error).startswith(OUT_OF_MEMORY)):
        raise MemoryError(error_text(error)) from error
    if isinstance(error, duckdb.IOException) or passed_on:
        for code in (code for code in FULL if os.strerror(code) in str(error)):
            raise OSError(code, os.strerror(code)) from error


@contextmanager
def shortages_as_errors() -> Iterator[None]:
    """Raises what runs out within it as what it is: MemoryError or OSError."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        raise_shortage(error)
        raise


@contextmanager
def without_optimizer(connection: duckdb.DuckDBPyConnection, width: int) -> Iterator[None]:
    """For a query that only passes over one table of width columns: from some hundreds on, DuckDB's optimizer takes
    minutes to find that there is nothing to gain."""
    if width <= WIDE:
        yield
        return
    connection.execute("PRAGMA disable_optimizer")
    try:
        yield
    finally:
        connection.execute("PRAGMA enable_optimizer")


def one_row(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    """The one row that a query answers, read to its end: a result half read keeps the connection busy."""
    return connection.execute(query).fetchall()[0]


def types(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """The SQL type of each column of a table, in order."""
    return {row[0]: str(row[1]) for row in connection.execute(f"DESCRIBE {identifier(table)}").fetchall()}
