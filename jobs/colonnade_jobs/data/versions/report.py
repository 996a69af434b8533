"""What a dataset version looks like: a profile of each column, each rule's outcome, the sizes of the split."""

import math
from dataclasses import asdict
from typing import Any

import duckdb

from colonnade_api.datasets.split import Split

from ..checks.validation import ValidationResult
from ..columns import Field
from . import statistics


def build(
    connection: duckdb.DuckDBPyConnection, fields: list[Field], validated: ValidationResult, rows: int, split: Split
) -> dict[str, Any]:
    """The report of the valid rows of `validated`, so many as rows: counts, per-column profiles, rules, split sizes."""
    profiles = statistics.profiles(connection, fields)
    timeless = next((column["nulls"] for column in profiles if column["name"] == split.time_column), 0)
    return {
        "rows": rows,
        "invalidRows": validated.invalid,
        "duplicateRows": validated.duplicates,
        "rules": [asdict(rule) for rule in validated.rules],
        "findings": [asdict(finding) for finding in validated.findings],
        "cleaned": [asdict(step) for step in validated.changed],
        "filled": [asdict(step) for step in validated.filled],
        "columns": profiles,
        "missing": statistics.missing(connection, [f for f, p in zip(fields, profiles, strict=True) if p["nulls"]]),
        "split": split_sizes(rows, split, timeless),
    }


def split_sizes(rows: int, split: Split, timeless: int) -> dict[str, Any]:
    """Rows to train on and rows held out, where no row lacks the target. timeless: rows that can't be the latest."""
    test = math.ceil((rows - timeless) * split.test)
    return {"train": rows - test, "test": test} | split.model_dump(by_alias=True, exclude_none=True, exclude={"test"})
