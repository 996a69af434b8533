"""Archives around tables: .zip holds one or more files, .gz holds one."""

import gzip
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from ..refusals import Refusal


def unpack(files: list[Path], scratch: Path) -> list[Path]:
    """The files with every .zip and parquet .gz unpacked to scratch; DuckDB reads csv.gz itself. Raises Refusal."""
    tables: list[Path] = []
    for number, file in enumerate(files):
        try:
            if file.suffix == ".zip":
                tables += _unzip(file, scratch / f"zip-{number}")
            elif file.name.endswith((".parquet.gz", ".pq.gz")):
                tables.append(_gunzip(file, scratch / f"{number}-{file.stem}"))
            else:
                tables.append(file)
        except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise Refusal("UnreadableSource", f"{file.name} can't be unpacked: {error}") from error
    return tables


def _unzip(file: Path, folder: Path) -> list[Path]:
    folder.mkdir()
    with zipfile.ZipFile(file) as archive:
        members = sorted(name for name in archive.namelist() if not _is_noise(name))
        targets = [folder / f"{n:04d}-{PurePosixPath(name).name}" for n, name in enumerate(members)]
        for name, target in zip(members, targets, strict=True):
            with archive.open(name) as packed, target.open("wb") as plain:
                shutil.copyfileobj(packed, plain)
    if not targets:
        raise Refusal("UnreadableSource", f"{file.name} is an empty archive")
    return targets


def _is_noise(name: str) -> bool:
    return name.endswith("/") or name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith(".")


def _gunzip(file: Path, target: Path) -> Path:
    with gzip.open(file) as packed, target.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    return target
