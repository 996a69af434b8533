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
    return {
        "rows": valid,
        "invalidRows": checked.invalid,
        "duplicateRows": checked.duplicates,
        "rules": [asdict(rule) for rule in checked.rules],
        "filled": [asdict(step) for step in checked.filled],
        "columns": statistics.profiles(connection, fields),
        "split": split_sizes(valid, split),
    }


def split_sizes(rows: int, split: Split) -> dict[str, Any]:
    """Rows to train on and rows held out, where no row lacks the target."""
    test = math.ceil(rows * split.test)
    return {"train": rows - test, "test": test} | split.model_dump(by_alias=True, exclude_none=True, exclude={"test"})
