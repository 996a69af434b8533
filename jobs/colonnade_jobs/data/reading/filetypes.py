"""What a file is by its first bytes, whatever its name says."""

import gzip
import re
from pathlib import Path
from typing import BinaryIO, Literal, cast

from ...errors import PermanentError

Kind = Literal["csv", "parquet", "jsonl"]

HEAD_BYTES = 4096
GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls): save it as csv"),
    (b"PK\x03\x04", "a zip archive in an archive: unpack it"),
    (b"%PDF", "a PDF document: extract its table to csv"),
    (b"SQLite format 3\x00", "an SQLite database: export its table to csv or parquet"),
    (b"ARROW1", "an Arrow (Feather) file: write it as parquet"),
    (b"Obj\x01", "an Avro file: write it as parquet"),
    (b"ORC", "an ORC file: write it as parquet"),
    (b"\x89HDF\r\n", "an HDF5 file: write its table as parquet"),
    (b"\x93NUMPY", "a NumPy array: write it as csv or parquet"),
    (b"\x80\x04", "a Python pickle: write it as parquet"),
    (b"\x80\x05", "a Python pickle: write it as parquet"),
    (b"\x7fELF", "a program"),
    (b"version https://git-lfs", "a Git LFS pointer, not the data: fetch it by git lfs pull"),
)
TEXTS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (
        re.compile(rb"<(!doctype\s+html|html|head|body)\b", re.IGNORECASE),
        "an HTML page: look at what the address answers",
    ),
    (re.compile(rb"<\?xml\b|<Workbook\b"), "an XML document: write it as csv or parquet"),
    (re.compile(rb'\{\s*("|\}|$)|\[\s*(\{|\[\s*["\d-])'), "JSON: write one object a line (jsonl), csv or parquet"),
)


BOM = b"\xef\xbb\xbf"
OBJECT_A_LINE = re.compile(rb'\s*\{[ \t]*["}][^\n]*((?<=\})[ \t\r]*(\n|$)|$)')
"""The first line is a whole object, or longer than the head."""


def file_type_of(file: Path, given: Kind | None) -> Kind:
    """csv, parquet or jsonl. given: what the spec says it is. Raises PermanentError with what it really is."""
    head = head_of(file)
    if head.startswith(PARQUET):
        if given in ("csv", "jsonl"):
            raise PermanentError("UnreadableSource", f"{file.name} is a Parquet file: leave spec.source.format out")
        return "parquet"
    if given == "jsonl" or (given is None and OBJECT_A_LINE.match(head.removeprefix(BOM))):
        return "jsonl"
    found = _known(head)
    if given == "parquet" or (given is None and _is_called_parquet(file)):
        raise PermanentError(
            "UnreadableSource", f"{file.name} is no Parquet file, but {found or 'something else, like text'}"
        )
    if found:
        raise PermanentError("UnreadableSource", f"{file.name} is {found}")
    return "csv"


def opened(file: Path) -> BinaryIO:
    """The file's bytes, unpacked where it is packed by gzip."""
    with file.open("rb") as packed:
        is_packed = packed.read(len(GZIP)) == GZIP
    return cast(BinaryIO, gzip.open(file)) if is_packed else file.open("rb")


def head_of(file: Path) -> bytes:
    """The first bytes, unpacked. Raises PermanentError when they can't be unpacked."""
    try:
        with opened(file) as stream:
            return stream.read(HEAD_BYTES)
    except (EOFError, gzip.BadGzipFile) as error:
        raise PermanentError("UnreadableSource", f"{file.name} can't be unpacked: {error}") from error


def _known(head: bytes) -> str | None:
    for signature, what in SIGNATURES:
        if head.startswith(signature):
            return what
    text = head.removeprefix(BOM).lstrip()
    return next((what for pattern, what in TEXTS if pattern.match(text)), None)


def _is_called_parquet(file: Path) -> bool:
    return file.name.removesuffix(".gz").endswith((".parquet", ".pq"))
