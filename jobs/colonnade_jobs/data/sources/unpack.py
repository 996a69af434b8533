"""Archives around tables, known by their first bytes: .zip holds one or more files, .gz, .bz2, .xz and .zst one."""

import bz2
import gzip
import lzma
import shutil
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa

from ...errors import PermanentError, is_of_the_system
from ..reading.filetypes import GZIP, PARQUET
from . import lakes, skipped

ZIP = b"PK\x03\x04"
WORKBOOKS = {
    "[Content_Types].xml": "an Excel workbook or another Office document: save the sheet as csv",
    "content.xml": "an OpenDocument file: save the sheet as csv",
}
PACKED = (".zip", ".gz", ".bz2", ".xz", ".zst")
Opener = Callable[[Path], Any]
OPENERS: dict[bytes, Opener] = {
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
    b"\x28\xb5\x2f\xfd": lambda file: pa.input_stream(file, compression="zstd"),
}


def unpack(files: list[Path], scratch: Path) -> dict[Path, Path]:
    """The tables, each with the file that it came in: archives are unpacked to scratch, a csv.gz is read as it is.

    Raises PermanentError.
    """
    tables: dict[Path, Path] = {}
    for number, file in enumerate(files):
        try:
            tables |= dict.fromkeys(_unpacked(file, scratch / f"unpacked-{number}"), file)
        except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError, OSError) as error:
            if is_of_the_system(error):
                raise
            raise PermanentError("UnreadableSource", f"{file.name} can't be unpacked: {error}") from error
    return tables


def _unpacked(file: Path, folder: Path) -> list[Path]:
    with file.open("rb") as stream:
        head = stream.read(8)
    if head.startswith(ZIP):
        return _unzip(file, folder)
    for signature, opener in OPENERS.items():
        if head.startswith(signature):
            return [_copy(opener, file, folder)]
    if head.startswith(GZIP):
        with gzip.open(file) as stream:
            is_parquet = stream.read(len(PARQUET)) == PARQUET
        return [_copy(gzip.open, file, folder)] if is_parquet else [file]
    if head and file.suffix in PACKED:
        raise PermanentError("UnreadableSource", f"{file.name} can't be unpacked: it is no {file.suffix} archive")
    return [file]


def _unzip(file: Path, folder: Path) -> list[Path]:
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        for member, what in WORKBOOKS.items():
            if member in names:
                raise PermanentError("UnreadableSource", f"{file.name} is {what}")
        lakes.check(names, lakes.among(names), f"{file.name}: ")
        members = sorted(name for name in names if not name.endswith("/") and not skipped.is_skipped(name))
        folder.mkdir()
        targets = [folder / f"{n:04d}-{PurePosixPath(name).name}" for n, name in enumerate(members)]
        for name, target in zip(members, targets, strict=True):
            with archive.open(name) as packed, target.open("wb") as plain:
                shutil.copyfileobj(packed, plain)
    if not targets:
        raise PermanentError("UnreadableSource", f"{file.name} holds no table")
    return targets


def _copy(opener: Opener, file: Path, folder: Path) -> Path:
    folder.mkdir()
    target = folder / file.stem
    with opener(file) as packed, target.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    return target
