"""Whether the split that the spec asks for can be made of the table."""

from typing import Any

from colonnade_api.datasets.dataset import Split

from ...errors import PermanentError
from ...formatting import percent
from ..columns import Field


def check_columns(split: Split, fields: list[Field]) -> None:
    """Raises PermanentError where it names a column that isn't there, or has no order."""
    known = {field.rule.name: field.rule.type for field in fields}
    for field, column in (("stratifyBy", split.stratify_by), ("timeColumn", split.time_column)):
        if column and column not in known:
            raise PermanentError("SchemaMismatch", f"spec.split.{field}: the source has no column {column}")
    if split.time_column and known[split.time_column] not in ("date", "number", "integer"):
        raise PermanentError(
            "SchemaMismatch", f"spec.split.timeColumn: {split.time_column} is neither a date nor a number"
        )


def check_strata(split: Split, profile: dict[str, Any], rows: int) -> None:
    """Raises PermanentError where most values of stratifyBy come so seldom that not one of their rows would be held
    out.
    """
    found = next((column for column in profile["columns"] if column["name"] == split.stratify_by), None)
    if found and rows * split.test < found["distinct"] / 2:
        raise PermanentError(
            "InvalidSpec",
            f"spec.split.stratifyBy: {split.stratify_by} has {found['distinct']:,} values in {rows:,} rows, too "
            f"few of each to hold out {percent(split.test)} of them; name a column of few values, or leave it out",
        )
