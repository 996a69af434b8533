"""Whether the split that the spec asks for can be made of the table."""

from typing import Any

from colonnade_api.datasets.split import Split

from ...errors import PermanentError
from ...formatting import percent
from ..columns import Field

FEWEST_GROUPS = 2


def named(split: Split) -> tuple[tuple[str, str | None], ...]:
    """The columns that a split goes by, each by its field."""
    return (
        ("stratifyBy", split.stratify_by),
        ("timeColumn", split.time_column),
        ("groupColumn", split.group_column),
    )


def check_columns(split: Split, fields: list[Field]) -> None:
    """Raises PermanentError where it names a column that isn't there, or has no order."""
    known = {field.rule.name: field.rule.type for field in fields}
    for field, column in named(split):
        if column and column not in known:
            raise PermanentError("SchemaMismatch", f"spec.split.{field}: the source has no column {column}")
    if split.time_column and known[split.time_column] not in ("date", "number", "integer"):
        raise PermanentError(
            "SchemaMismatch", f"spec.split.timeColumn: {split.time_column} is neither a date nor a number"
        )


def check_rows(split: Split, profile: dict[str, Any], rows: int) -> None:
    """Raises PermanentError where most values of stratifyBy come so seldom that not one of their rows would be held
    out, and where a row has no group, or all have the same.
    """
    _check_groups(split, profile, rows)
    found = next((column for column in profile["columns"] if column["name"] == split.stratify_by), None)
    if found and rows * split.test < found["distinct"] / 2:
        raise PermanentError(
            "InvalidSpec",
            f"spec.split.stratifyBy: {split.stratify_by} has {found['distinct']:,} values in {rows:,} rows, too "
            f"few of each to hold out {percent(split.test)} of them; name a column of few values, or leave it out",
        )


def _check_groups(split: Split, profile: dict[str, Any], rows: int) -> None:
    found = next((column for column in profile["columns"] if column["name"] == split.group_column), None)
    if found is None:
        return
    if found.get("nulls"):
        raise PermanentError(
            "InvalidSpec",
            f"spec.split.groupColumn: {found['nulls']:,} of {rows:,} rows have no {split.group_column}, and nobody "
            "knows whose they are: set nullable: false for it in spec.schema.columns, which sets them aside, or fill "
            "it",
        )
    if found.get("distinct", FEWEST_GROUPS) < FEWEST_GROUPS:
        raise PermanentError(
            "InvalidSpec",
            f"spec.split.groupColumn: all {rows:,} rows have the same {split.group_column}, so that none can be held "
            "out; name another column",
        )
