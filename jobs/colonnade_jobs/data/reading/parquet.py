"""The names of parquet columns, as their files spell them: DuckDB renames those that differ by case alone."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ...errors import PermanentError, is_of_the_system
from ..tables import naming


def names(files: list[Path]) -> list[str]:
    """The names of the columns that DuckDB makes of the files by `union_by_name`, in its order.

    Raises PermanentError when columns of several files can't be matched by name, or a file is no parquet file.
    """
    try:
        by_file = [pq.read_schema(file).names for file in files]
    except (pa.ArrowException, OSError) as error:
        if is_of_the_system(error):
            raise
        raise PermanentError("UnreadableSource", f"{files[0].name} can't be read as parquet: {error}") from error
    if len(files) == 1:
        return naming.distinct(by_file[0])
    for file, columns in zip(files, by_file, strict=True):
        if repeated := _repeated(columns):
            raise PermanentError(
                "UnreadableSource",
                f"{file.name}: its columns {repeated} have one name where case doesn't count, so it can't be joined "
                "with other files by name; rename them",
            )
    found = list(dict.fromkeys(name for columns in by_file for name in columns))
    if repeated := _repeated(found):
        raise PermanentError(
            "UnreadableSource",
            f"spec.source: {repeated} are columns of several files, one name where case doesn't count; spell it alike",
        )
    return naming.distinct(found)


def _repeated(columns: list[str]) -> str:
    spellings: dict[str, list[str]] = {}
    for column in columns:
        spellings.setdefault(column.casefold(), []).append(column)
    return next((" and ".join(alike) for alike in spellings.values() if len(alike) > 1), "")
