"""What a dataset version looks like: a profile of each column, each rule's outcome, the sizes of the split."""

import math
from dataclasses import asdict
from typing import Any

import duckdb

from ..documents import Split
from . import statistics
from .checking import Checked
from .columns import Field


def build(connection: duckdb.DuckDBPyConnection, fields: list[Field], checked: Checked, split: Split) -> dict[str, Any]:
    """The report of the valid rows of `checked`: counts, per-column profiles, rules, split sizes."""
    valid = checked.rows - checked.invalid
    profiles = statistics.profiles(connection, fields)
    timeless = next((column["nulls"] for column in profiles if column["name"] == split.time_column), 0)
    return {
        "rows": valid,
        "invalidRows": checked.invalid,
        "duplicateRows": checked.duplicates,
        "rules": [asdict(rule) for rule in checked.rules],
        "filled": [asdict(step) for step in checked.filled],
        "columns": profiles,
        "split": split_sizes(valid, split, timeless),
    }


def split_sizes(rows: int, split: Split, timeless: int) -> dict[str, Any]:
    """Rows to train on and rows held out, where no row lacks the target. timeless: rows that can't be the latest."""
    test = math.ceil((rows - timeless) * split.test)
    return {"train": rows - test, "test": test} | split.model_dump(by_alias=True, exclude_none=True, exclude={"test"})
