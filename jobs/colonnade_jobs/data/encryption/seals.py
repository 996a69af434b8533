"""What a version's data key does to its files: Parquet modular encryption for tables, AES-256-GCM for a report.

Each file has a key of its own, derived from the data key by the file's name. A table's footer is encrypted too, and
with it the statistics of its columns.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as modular

from colonnade_api.datasets.encryption import SEALED_FILE, SEALED_TABLE
from colonnade_api.stored import sealing

from ...errors import PermanentError
from ..versions import content


def is_sealed(file: Path) -> bool:
    """Whether a stored file is encrypted."""
    with file.open("rb") as start:
        return start.read(4) in (SEALED_TABLE, SEALED_FILE)


def seal(file: Path, name: str, data_key: bytes) -> None:
    """Encrypts a file in its place. name: what it is called beside its version."""
    plain = file.with_name(f"{file.name}.plain")
    file.rename(plain)
    if not name.endswith(".parquet"):
        file.write_bytes(sealing.sealed_file(plain.read_bytes(), name, data_key))
    else:
        with pq.ParquetFile(plain) as table:
            encryption = modular.create_encryption_properties(sealing.file_key(data_key, name))
            content.write(_batches(table), table.schema_arrow.names, file, encryption)
    plain.unlink()


def open_table(file: Path, name: str, data_key: bytes, target: Path) -> str:
    """Writes an encrypted table in plain; returns its content's digest.

    Raises pa.ArrowException or OSError where it isn't what the key encrypted.
    """
    with sealing.opened_table(file, name, data_key) as table:
        return content.write(_batches(table), table.schema_arrow.names, target)


def open_file(data: bytes, name: str, data_key: bytes) -> bytes:
    """A small file in plain. Raises PermanentError (DatasetCorrupt)."""
    try:
        return sealing.opened_file(data, name, data_key)
    except sealing.Changed as error:
        raise PermanentError("DatasetCorrupt", f"{name} was changed since it was encrypted") from error


def _batches(table: pq.ParquetFile) -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(table.schema_arrow, table.iter_batches(content.BATCH_ROWS))
