"""Folders named key=value, as Hive, Spark and pyarrow write them: columns of the files that lie in them."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from ...errors import PermanentError

MISSING = "__HIVE_DEFAULT_PARTITION__"
Keys = Mapping[str, str | None]
"""By key, its value; None where it is missing."""


def is_partition(folder: str) -> bool:
    return "=" in folder.lstrip("=")


def of(path: str) -> Keys:
    """What the folders of a file say. path: below the fixed part of the source's address."""
    folders = [part.partition("=") for part in PurePosixPath(path).parent.parts if is_partition(part)]
    return {unquote(key): None if value in ("", MISSING) else unquote(value) for key, _, value in folders}


def checked(keys: Mapping[Path, Keys]) -> Mapping[Path, Keys]:
    """The same. Raises PermanentError where not all files lie in folders of the same keys."""
    kinds = {tuple(found): file for file, found in keys.items()}
    if len(kinds) > 1:
        one, other, *_ = (f"{file.name} ({', '.join(names) or 'none'})" for names, file in kinds.items())
        raise PermanentError(
            "UnreadableSource",
            f"spec.source.storageUri: not all files lie in folders of the same keys: {one}, {other}; name them alike",
        )
    return keys


def check_free(keys: Sequence[str], columns: Sequence[str], file: str) -> None:
    """Raises PermanentError where a key is a column of a file too: which of the two counts?"""
    taken = {column.casefold() for column in columns}
    if both := next((key for key in keys if key.casefold() in taken), None):
        raise PermanentError(
            "UnreadableSource",
            f"spec.source: {both} is a column of {file} and the key of its folder; rename one of the two",
        )
