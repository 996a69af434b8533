"""DuckDB out of core: bounded memory and threads, no network, spilling to scratch."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from .. import resources
from .sql import error_text, identifier, literal

MEMORY_SHARE = 0.5
DISK_FULL = os.strerror(errno.ENOSPC)
WIDE = 200


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


def raise_shortage(error: duckdb.Error) -> None:
    """Memory or disk that ran out is no fault of the data: raises MemoryError or OSError, which a larger Job mends."""
    if isinstance(error, duckdb.OutOfMemoryException):
        raise MemoryError(error_text(error)) from error
    if isinstance(error, duckdb.IOException) and DISK_FULL in str(error):
        raise OSError(errno.ENOSPC, error_text(error)) from error


@contextmanager
def shortages_as_errors() -> Iterator[None]:
    """Raises what runs out within it as what it is: MemoryError or OSError."""
    try:
        yield
    except duckdb.Error as error:
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
