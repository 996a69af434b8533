"""A query, run over the upstream versions in a database of its own that reads nothing else."""
# ruff: noqa: S608 - columns are of our own naming, table names go through identifier(), paths through literal()

import json
import re
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from colonnade_api.datasets.queries import Query

from ...errors import PermanentError
from ..tables import database
from ..tables.sql import identifier, literal
from ..versions.content import BATCH_ROWS
from . import result, statement

EXPLAIN = "EXPLAIN "
RESULT = "the result"
"""With a space, as no Dataset's name and no alias has one."""
IO_ERROR = "IO Error"
LONGEST_ERROR = 500
ADVICE = re.compile(r"^(Did you mean|Candidate|Possible|HINT)", re.IGNORECASE)


def run(query: Query, tables: Mapping[str, Path], target: Path, scratch: Path) -> None:
    """Writes the statement's rows to target, as parquet. tables: by the Datasets' names, their files.

    One thread: sums of fractions and rows of equal rank come in the same order each time. Rows that the statement
    doesn't order are sorted by all columns. Raises PermanentError (InvalidQuery).
    """
    paths = {each.table: tables[each.name] for each in query.datasets}
    ordered = statement.check(query.statement, list(paths))
    with database.connect(scratch) as connection:
        _confine(connection, paths)
        try:
            _write(connection, query.statement, ordered, target)
        except duckdb.Error as error:
            database.raise_shortage(error)
            raise _in_words(error, query.statement) from error
        except OSError as error:  # what DuckDB finds while Arrow asks it for more rows
            database.raise_shortage(error)
            if error.errno is not None or str(error).startswith(IO_ERROR):
                raise
            raise _in_words(error, query.statement) from error


def _confine(connection: duckdb.DuckDBPyConnection, paths: Mapping[str, Path]) -> None:
    """The tables, and nothing beside them; what is set here can't be set otherwise."""
    for table, path in paths.items():
        file = literal(str(path))
        connection.execute(f"CREATE VIEW {identifier(table)} AS SELECT * FROM read_parquet({file})")
    allowed = ", ".join(literal(str(path)) for path in paths.values())
    for setting in (
        "threads = 1",
        "errors_as_json = true",
        "python_enable_replacements = false",
        f"allowed_paths = [{allowed}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")


def _write(connection: duckdb.DuckDBPyConnection, text: str, ordered: bool, target: Path) -> None:
    _bind(connection, text)
    asked = connection.sql(text)
    kept = result.columns(asked)
    inner = ", ".join(f"c{n}" for n in range(len(kept)))
    order = "" if ordered else " ORDER BY ALL"
    asked.create_view(RESULT)
    rows = connection.sql(f"SELECT {', '.join(kept)} FROM {identifier(RESULT)} AS result({inner}){order}")
    batches = rows.to_arrow_reader(BATCH_ROWS)
    fields = zip(asked.columns, batches.schema.types, strict=True)
    schema = pa.schema([pa.field(name, kind) for name, kind in fields])
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))


def _bind(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    """Names and types are looked up; explained, so that an error has its place."""
    try:
        connection.execute(f"{EXPLAIN}{text}")
    except duckdb.Error as error:
        raise _in_words(error, text, len(EXPLAIN)) from error


def _in_words(error: duckdb.Error | OSError, text: str, before: int = 0) -> PermanentError:
    """Where, what, and DuckDB's hint; no value of a row, which an error at run time would show."""
    whole = str(error)
    if "{" in whole and whole.rstrip().endswith("}"):
        found = json.loads(whole[whole.index("{") :])
        position = found.get("position")
        offset = int(position) - before if position else None
        return statement.refusal(_without_values(found["exception_message"], text), text, offset)
    lines = [line.strip() for line in whole.splitlines() if line.strip() and not line.startswith(("LINE", " "))]
    first, *more = lines or [whole]
    said = "; ".join([first.partition("Error: ")[2] or first, *(line for line in more if ADVICE.match(line))])
    return statement.refusal(_without_values(said, text))


def _without_values(said: str, text: str) -> str:
    """Words and numbers that the statement doesn't have stand for what was in a row."""
    message = " ".join(said.split())
    quoted = re.sub(r"'[^']*'", lambda found: found[0] if found[0].strip("'") in text else "'…'", message)
    return re.sub(r"(?<![\w'])-?\d+(\.\d+)?(?!\w)", lambda found: found[0] if found[0] in text else "…", quoted)[
        :LONGEST_ERROR
    ]
