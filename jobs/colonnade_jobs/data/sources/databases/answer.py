"""A statement's rows, streamed as Arrow batches into DuckDB and from there, sorted, into a parquet file."""
# ruff: noqa: S608 - columns are of our own naming

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import adbc_driver_manager
import adbc_driver_postgresql.dbapi
import adbc_driver_sqlite.dbapi
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from colonnade_api.datasets.queries import Sql

from ....errors import PermanentError
from ...tables import database
from ...versions.content import BATCH_ROWS
from . import address, columns, errors

READS = re.compile(r"(\s|--[^\n]*\n|/\*.*?\*/)*(SELECT|WITH|VALUES)\b", re.IGNORECASE | re.DOTALL)
"""SQLite makes a file for an ATTACH, even of a database that is only read."""
READ_ONLY = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "SET LOCAL statement_timeout = '5h'",
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO'",
)
"""One state of the database for all rows; text of dates alike, whatever the server's settings."""


def fetch(sql: Sql, target: Path, scratch: Path) -> None:
    """Writes the rows, sorted by all columns, to target.

    Raises PermanentError (InvalidQuery, SourceNotFound, SourceNotReadable, InvalidSpec), TransientError.
    """
    if not READS.match(sql.statement):
        raise PermanentError("InvalidQuery", f"{errors.STATEMENT}: it is no SELECT, and a source is only read")
    with _cursor(sql) as cursor, database.connect(scratch) as connection:
        try:
            cursor.execute(sql.statement)
            reader = cursor.fetch_record_batch()
        except (adbc_driver_manager.Error, pa.ArrowException, OSError) as error:
            raise errors.asking(error, sql) from None
        _write(connection, reader, sql, target)


def _write(connection: duckdb.DuckDBPyConnection, reader: pa.RecordBatchReader, sql: Sql, target: Path) -> None:
    names = reader.schema.names
    if not names:
        raise PermanentError("InvalidQuery", f"{errors.STATEMENT}: it answers no columns; write one SELECT")
    kept, inner = columns.expressions(reader.schema), columns.stored(reader.schema)
    connection.execute("SET python_enable_replacements = false")
    caught: list[PermanentError | Exception] = []
    connection.register("answer", pa.RecordBatchReader.from_batches(inner, _batches(reader, names, inner, caught)))
    try:
        connection.execute("CREATE TEMP TABLE rows AS SELECT * FROM answer")
        found = connection.sql(f"SELECT {', '.join(kept)} FROM rows ORDER BY ALL").to_arrow_reader(BATCH_ROWS)
        schema = pa.schema([pa.field(name, field.type) for name, field in zip(names, found.schema, strict=True)])
        with pq.ParquetWriter(target, schema, compression="zstd") as writer:
            for batch in found:
                writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
    except (duckdb.Error, OSError) as error:
        if caught:
            known = caught[0]
            raise (known if isinstance(known, PermanentError) else errors.asking(known, sql)) from None
        if isinstance(error, duckdb.InvalidInputException) and "column " in str(error):
            message = str(error)[str(error).index("column ") :].splitlines()[0]
            raise PermanentError("InvalidQuery", f"{errors.STATEMENT}: {message}") from None
        database.raise_shortage(error)
        raise


def _batches(
    reader: pa.RecordBatchReader, names: list[str], schema: pa.Schema, caught: list[Exception]
) -> Iterator[pa.RecordBatch]:
    """What goes wrong here passes through DuckDB, which keeps only its words."""
    try:
        for batch in reader:
            yield columns.plain(batch, names, schema)
    except Exception as error:
        caught.append(error)
        raise


@contextmanager
def _cursor(sql: Sql) -> Iterator[Any]:
    """In a transaction that only reads; errors of the connection are told without a word of the address."""
    where = address.read(sql)
    try:
        connection = _sqlite(where, sql) if where.startswith(address.SQLITE) else _postgresql(where)
    except (adbc_driver_manager.Error, OSError) as error:
        raise errors.connecting(error, sql) from None
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def _postgresql(where: str) -> Any:
    connection = adbc_driver_postgresql.dbapi.connect(address.patient(where), autocommit=True)
    with connection.cursor() as cursor:
        for words in READ_ONLY:
            cursor.execute(words)
    return connection


def _sqlite(where: str, sql: Sql) -> Any:
    connection = adbc_driver_sqlite.dbapi.connect(address.sqlite_file(where, sql), autocommit=True)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
    return connection
