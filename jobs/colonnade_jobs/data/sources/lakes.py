"""Folders that are tables by a log of their own, Delta, Iceberg and Hudi: not all files that lie in them count.

Who reads the files and not the log sees deleted rows again, and changed ones twice.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ...errors import PermanentError

EXPORT = "which Colonnade doesn't read: let its engine write a Delta table or Parquet files, and name those"


class _Kind(NamedTuple):
    """log: the folder in it that a table has; entry: what the names there are like; instead: what to do."""

    called: str
    log: str
    entry: re.Pattern[str]
    instead: str


KINDS = (
    _Kind("a Delta table", "_delta_log", re.compile(".*"), "name that folder, and its last state is read"),
    _Kind(
        "an Iceberg table",
        "metadata",
        re.compile(r"(?:v\d+|\d+-[0-9a-f-]{36})(?:\.gz)?\.metadata\.json(?:\.gz)?"),
        EXPORT,
    ),
    _Kind("a Hudi table", ".hoodie", re.compile(".*"), EXPORT),
)
LOGS = tuple(kind.log for kind in KINDS)
Tables = Mapping[str, _Kind]
"""By the folder of each, what it is."""


def among(paths: Iterable[str]) -> Tables:
    """The tables that some of these paths are the logs of."""
    found = {}
    for path in paths:
        parts = PurePosixPath(path).parts
        for kind in KINDS:
            if kind.log in parts[:-1] and kind.entry.fullmatch(parts[parts.index(kind.log) + 1]):
                found[str(PurePosixPath(*parts[: parts.index(kind.log)]))] = kind
    return found


def check(files: Iterable[str], tables: Tables, place: str = "") -> None:
    """Raises PermanentError where a file lies in a table. place: what stands before the paths, for people."""
    for folder in dict.fromkeys(str(folder) for file in files for folder in PurePosixPath(file).parents):
        if kind := tables.get(folder):
            shown = f"{place}{'' if folder == '.' else folder}"
            raise PermanentError(
                "UnreadableSource",
                f"spec.source.storageUri: {shown} is {kind.called}, and not all of its files count: {kind.instead}",
            )


def check_mounted(files: Iterable[Path], root: Path, place: str) -> None:
    """As above, of files of this machine, wherever links lead. root: the folder that place is of."""
    found = list(files)
    shown = [str(file.relative_to(root)) for file in found]
    check(shown, among(_logs(root, shown)), place)
    real = [str(file.resolve()) for file in found]
    check(real, among(_logs(Path("/"), real)))


def _logs(root: Path, files: Iterable[str]) -> Iterator[str]:
    for folder in dict.fromkeys(folder for file in files for folder in PurePosixPath(file).parents):
        for log in LOGS:
            yield from map(str, (folder / log / name for name in _names(root / folder / log)))


def _names(folder: Path) -> list[str]:
    return os.listdir(folder) if folder.is_dir() else []
