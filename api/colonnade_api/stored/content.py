"""The digest of a table's content: its values and their order, whatever file, format or row group they came in."""

import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

BATCH_ROWS = 65_536


def table_digest(table: Path) -> str:
    """The digest of a parquet file's content; equal values in equal order under equal names give an equal digest."""
    file = pq.ParquetFile(table)
    whole = TableDigest(file.schema_arrow)
    for batch in file.iter_batches(BATCH_ROWS):
        whole.add(batch)
    return whole.digest()


class TableDigest:
    """A table's columns, hashed batch by batch: equal values in equal order under equal names give an equal digest."""

    def __init__(self, schema: pa.Schema) -> None:
        self.rows = 0
        self.columns = [(field.name, _Column(field.type)) for field in schema]

    def add(self, batch: pa.RecordBatch) -> None:
        """The next rows, of the schema's columns in their order."""
        self.rows += batch.num_rows
        for (_, column), values in zip(self.columns, batch.columns, strict=True):
            column.add(values)

    def digest(self) -> str:
        """Of the rows so far, as `sha256:` and 64 hex digits."""
        whole = hashlib.sha256(f"{self.rows}\n".encode())
        for name, column in self.columns:
            whole.update(f"{len(name.encode())} {name} {column.digest()}\n".encode())
        return f"sha256:{whole.hexdigest()}"


class _Column:
    """One column's values, hashed in three streams (present, length, value) so that batch boundaries don't show."""

    def __init__(self, kind: pa.DataType) -> None:
        self.kind = kind
        self.present, self.lengths, self.values = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()

    def add(self, array: pa.Array) -> None:
        self.present.update(_bytes(array.is_valid().cast(pa.uint8())))
        if _is_fixed(self.kind):
            self.values.update(_fixed(array))
        else:
            self._add_strings(array.cast(pa.large_string()))

    def _add_strings(self, array: pa.Array) -> None:
        whole = pc.fill_null(array, _empty(array.type)) if array.null_count else array
        _, offsets, data = whole.buffers()
        ends = np.frombuffer(offsets, "<i8", len(whole) + 1, 8 * whole.offset)
        self.lengths.update(np.diff(ends).tobytes())
        if data:
            self.values.update(memoryview(data)[ends[0] : ends[-1]])

    def digest(self) -> str:
        kind = self.kind if _is_fixed(self.kind) else "string"
        return f"{kind} {self.present.hexdigest()} {self.lengths.hexdigest()} {self.values.hexdigest()}"


def _is_fixed(kind: pa.DataType) -> bool:
    return bool(pa.types.is_primitive(kind))


def _fixed(array: pa.Array) -> memoryview:
    """The bytes of all values: booleans in one byte each, all else in eight; what is missing is zero."""
    if pa.types.is_boolean(array.type):
        return _bytes(array.cast(pa.uint8()))
    if pa.types.is_floating(array.type):
        return _bytes(array.cast(pa.float64()))
    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.timestamp("us"))
    return _bytes(array.cast(pa.int64()))


def _bytes(array: pa.Array) -> memoryview:
    whole = pc.fill_null(array, _empty(array.type)) if array.null_count else array
    values = memoryview(whole.buffers()[1] or b"")
    width = whole.type.bit_width // 8
    return values[width * whole.offset : width * (whole.offset + len(whole))]


def _empty(kind: pa.DataType) -> pa.Scalar:
    """Zero, or the empty text, made of its bytes: pa.scalar loads pandas, as to_numpy does, which takes a second."""
    zeros = pa.py_buffer(bytes(16))
    return pa.Array.from_buffers(kind, 1, [None, *[zeros] * (kind.num_buffers - 1)])[0]
