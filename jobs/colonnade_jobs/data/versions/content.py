"""A table as it is stored: parquet, whose content's digest is computed while it is written."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from colonnade_api.stored import TableDigest

BATCH_ROWS = 65_536
GROUP_ROWS = 122_880


def write(batches: pa.RecordBatchReader, names: list[str], target: Path, encryption: Any = None) -> str:
    """Writes a table as parquet, its columns under names, and returns the digest, computed on the way.

    encryption: None, or pyarrow's FileEncryptionProperties.
    """
    schema = pa.schema([pa.field(name, kind) for name, kind in zip(names, batches.schema.types, strict=True)])
    whole = TableDigest(schema)
    with pq.ParquetWriter(
        target, schema, compression="zstd", encryption_properties=encryption, **_encodings(schema)
    ) as writer:
        for batch in batches:
            whole.add(batch)
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema), row_group_size=GROUP_ROWS)
    return whole.digest()


def _encodings(schema: pa.Schema) -> dict[str, Any]:
    """Dictionaries for words, differences for whole numbers and times: less to write, and a smaller file."""
    words = [field.name for field in schema if not pa.types.is_primitive(field.type)]
    whole = [field.name for field in schema if pa.types.is_integer(field.type) or pa.types.is_temporal(field.type)]
    return {"use_dictionary": words, "column_encoding": dict.fromkeys(whole, "DELTA_BINARY_PACKED")}
