"""Delta tables: the rows of the last state that the log names, whatever else lies in the folder.

A table is a set of rows: they are sorted by all columns, so that neither a compaction nor the order of commits makes
another version.
"""
# ruff: noqa: S608 - columns are of our own naming

import errno
import os
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ...errors import PermanentError, TransientError, is_of_the_system
from ..tables import database, naming
from ..versions.content import BATCH_ROWS

LOG = "_delta_log"
READABLE = {"timestampNtz", "v2Checkpoint", "vacuumProtocolCheck"}
"""Features of readers that change nothing of how rows are told from files."""
NOT_FOUND = os.strerror(errno.ENOENT)
MAPPING = "delta.columnMapping.mode"


def check_format(given: str | None, is_table: bool, address: str) -> None:
    """Raises PermanentError where the spec says otherwise than the folder is."""
    if given == "delta" and not is_table:
        raise PermanentError(
            "UnreadableSource", f"spec.source.format: {address} is no Delta table, it has no {LOG}; name its folder"
        )
    if is_table and given not in (None, "delta"):
        raise PermanentError(
            "UnreadableSource",
            f"spec.source.format: {address} is a Delta table, and not all of its files count; write delta, or leave "
            "format out",
        )


def is_table(folder: Path) -> bool:
    return (folder / LOG).is_dir()


def files(folder: Path, address: str) -> list[str]:
    """The files of the last state, relative to the table's folder, of which the log alone has to be there.

    Raises PermanentError where the log can't be read, or the table takes more than parquet files to read.
    """
    root = f"{folder}/"
    found = [uri.removeprefix("file://") for uri in _opened(folder, address).file_uris()]
    if elsewhere := [uri for uri in found if not uri.startswith(root)]:
        raise _refusal(
            address, f"{len(elsewhere):,} of its files lie in another table (a shallow clone): clone it deep"
        )
    return sorted(uri.removeprefix(root) for uri in found)


def read(folder: Path, address: str, target: Path, scratch: Path) -> Path:
    """Writes the rows, sorted by all columns, to target, as parquet; its columns are those of the table, in order.

    Raises PermanentError as above, TransientError where a file is gone meanwhile.
    """
    files(folder, address)
    dataset = _opened(folder, address).to_pyarrow_dataset()
    names = dataset.schema.names
    inner = ", ".join(naming.inner(n) for n in range(len(names)))
    try:
        with database.shortages_as_errors(), database.connect(scratch) as connection:
            connection.register("rows", dataset.scanner(batch_size=BATCH_ROWS, fragment_readahead=1).to_reader())
            found = connection.sql(f"SELECT * FROM rows AS source({inner}) ORDER BY ALL").to_arrow_reader(BATCH_ROWS)
            schema = pa.schema([pa.field(name, kind) for name, kind in zip(names, found.schema.types, strict=True)])
            with pq.ParquetWriter(target, schema, compression="zstd") as writer:
                for batch in found:
                    writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        if NOT_FOUND in str(error):
            raise _gone(address) from error
        if is_of_the_system(error):
            raise
        raise PermanentError("UnreadableSource", f"{address}: one of its files is no whole Parquet file") from error
    return target


def _opened(folder: Path, address: str) -> Any:
    from deltalake import DeltaTable  # noqa: PLC0415 - only where there is one: it takes a while to import
    from deltalake.exceptions import DeltaError  # noqa: PLC0415

    try:
        table = DeltaTable(str(folder))
    except (DeltaError, OSError, ValueError) as error:
        said = str(error).partition("\n")[0]
        raise PermanentError("UnreadableSource", f"{address}: its {LOG} can't be read: {said}") from error
    _check_readable(table, address)
    return table


def _check_readable(table: Any, address: str) -> None:
    features = set(table.protocol().reader_features or ())
    mode = table.metadata().configuration.get(MAPPING, "none")
    if mode != "none":
        raise _refusal(address, f"its columns are mapped by {mode}: write it anew without {MAPPING}")
    if "deletionVectors" in features:
        raise _refusal(
            address,
            "its rows may be deleted by deletion vectors: set delta.enableDeletionVectors to false, then "
            "REORG TABLE … APPLY (PURGE) and drop the feature",
        )
    if others := sorted(features - READABLE - {"columnMapping"}):
        raise _refusal(address, f"it takes {', '.join(others)} to be read, which isn't understood here")


def _refusal(address: str, why: str) -> PermanentError:
    return PermanentError("UnreadableSource", f"{address}: {why}")


def _gone(address: str) -> TransientError:
    return TransientError(
        "SourceChanged",
        f"{address}: a file that its log names is gone, vacuumed perhaps; the next try reads it anew",
    )
