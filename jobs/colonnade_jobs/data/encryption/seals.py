"""What a version's data key does to its files: Parquet modular encryption for tables, AES-256-GCM for a report.

Each file has a key of its own, derived from the data key by the file's name. A table's footer is encrypted too, and
with it the statistics of its columns.
"""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as modular
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from colonnade_api.encryption import SEALED_FILE, SEALED_TABLE

from ...errors import PermanentError
from .. import content
from .keyring import NONCE_BYTES, derived


def is_sealed(file: Path) -> bool:
    """Whether a stored file is encrypted."""
    with file.open("rb") as start:
        return start.read(4) in (SEALED_TABLE, SEALED_FILE)


def seal(file: Path, name: str, data_key: bytes) -> None:
    """Encrypts a file in its place. name: what it is called beside its version."""
    plain = file.with_name(f"{file.name}.plain")
    file.rename(plain)
    if not name.endswith(".parquet"):
        file.write_bytes(seal_file(plain.read_bytes(), name, data_key))
    else:
        with pq.ParquetFile(plain) as table:
            encryption = modular.create_encryption_properties(_file_key(data_key, name))
            content.write(_batches(table), table.schema_arrow.names, file, encryption)
    plain.unlink()


def seal_file(data: bytes, name: str, data_key: bytes) -> bytes:
    """A small file, encrypted. name: what it is called in the store, beside no other of this data key."""
    nonce = os.urandom(NONCE_BYTES)
    return SEALED_FILE + nonce + AESGCM(_file_key(data_key, name)).encrypt(nonce, data, None)


def open_table(file: Path, name: str, data_key: bytes, target: Path) -> str:
    """Writes an encrypted table in plain; returns its content's digest.

    Raises pa.ArrowException or OSError where it isn't what the key encrypted.
    """
    keys = modular.create_decryption_properties(_file_key(data_key, name))
    with pq.ParquetFile(file, decryption_properties=keys) as table:
        return content.write(_batches(table), table.schema_arrow.names, target)


def open_file(data: bytes, name: str, data_key: bytes) -> bytes:
    """A small file in plain. Raises PermanentError (DatasetCorrupt)."""
    nonce, rest = data[4 : 4 + NONCE_BYTES], data[4 + NONCE_BYTES :]
    try:
        return AESGCM(_file_key(data_key, name)).decrypt(nonce, rest, None)
    except InvalidTag as error:
        raise PermanentError("DatasetCorrupt", f"{name} was changed since it was encrypted") from error


def _file_key(data_key: bytes, name: str) -> bytes:
    return derived(data_key, f"file/{name}")


def _batches(table: pq.ParquetFile) -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(table.schema_arrow, table.iter_batches(content.BATCH_ROWS))
