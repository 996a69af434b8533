"""The report of a version without someone's rows: profiles made anew, counts and examples without theirs.

What a report says that isn't known here is left out: it might quote a row that is erased.
"""
# ruff: noqa: S608 - identifiers are of our own making, values go through literal()

import json
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from colonnade_api.datasets.columns import ColumnRule, ColumnType
from colonnade_api.datasets.split import Split
from colonnade_api.stored import DATA, QUARANTINE, REPORT

from ...data.checks.violations import EXAMPLES
from ...data.columns import Field
from ...data.privacy.subjects import Erased
from ...data.tables import database, naming
from ...data.tables.sql import identifier, literal
from ...data.versions import report, statistics
from . import finding
from .opening import Opened

STAYS = ("duplicateRows", "cleaned", "filled", "privacy")
"""Counts and rules alone, of the rows that there were."""
NOTE = (
    "rows were erased from this version on request; counts of duplicates, of cleaning, of warnings and the "
    "trend are those of before"
)


def without(opened: Opened, erased: Erased, folder: Path) -> dict[str, Any]:
    """The report of the tables in folder, which are those of opened without the subjects' rows."""
    before = json.loads((opened.folder / REPORT).read_bytes())
    split = Split.model_validate(opened.manifest["split"])
    columns, missing = _profiles(opened.types, folder)
    rows, invalid = (pq.read_metadata(folder / name).num_rows for name in (DATA, QUARANTINE))
    timeless = next((column["nulls"] for column in columns if column["name"] == split.time_column), 0)
    return {
        **{key: before[key] for key in STAYS if key in before},
        "rows": rows,
        "invalidRows": invalid,
        "rules": _rules(before["rules"], opened, erased, folder),
        "findings": [],
        "columns": _as_told(columns, before),
        "missing": missing,
        "split": report.split_sizes(rows, split, timeless),
        "reading": {"files": [], "columns": {}, "notes": [NOTE]},
    }


def _profiles(types: dict[str, str], folder: Path) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    fields = [
        Field(ColumnRule.model_construct(name=name, type=cast("ColumnType", kind), nullable=True), naming.inner(n), "")
        for n, (name, kind) in enumerate(types.items())
    ]
    values = ", ".join(f"{identifier(field.rule.name)} AS {field.inner}" for field in fields)
    with database.shortages_as_errors(), database.connect(folder) as connection:
        connection.execute(
            f"CREATE VIEW validated AS SELECT file_row_number AS row_id, {values}, NULL AS reasons "
            f"FROM read_parquet({literal(str(folder / DATA))}, file_row_number = true)"
        )
        profiles = statistics.profiles(connection, fields)
        lacking = [field for field, profile in zip(fields, profiles, strict=True) if profile["nulls"]]
        return profiles, statistics.missing(connection, lacking)


def _as_told(columns: list[dict[str, Any]], before: dict[str, Any]) -> list[dict[str, Any]]:
    """Of each column no more than was told of it before: values may have been withheld."""
    told = {column["name"]: column.keys() for column in before["columns"]}
    return [{key: value for key, value in column.items() if key in told.get(column["name"], ())} for column in columns]


def _rules(rules: list[dict[str, Any]], opened: Opened, erased: Erased, folder: Path) -> list[dict[str, Any]]:
    """Each with the rows that break it still, and with examples of those. Of what was only warned of, the rows that
    came from nobody knows whom: their number is that of before, and there are no examples."""
    gone = [_reasons(batch) for batch in finding.theirs(opened, QUARANTINE, erased)]
    rest = pq.read_table(folder / QUARANTINE)
    found = [
        rule | {"examples": []}
        if rule.get("action") == "Warn"
        else rule
        | {
            "rows": rule["rows"] - sum(int(pc.sum(_names_rule(reasons, rule)).as_py() or 0) for reasons in gone),
            "examples": _examples(rest, rule) if rule["examples"] else [],
        }
        for rule in rules
    ]
    return sorted(found, key=lambda rule: -rule["rows"])


def _reasons(table: pa.RecordBatch | pa.Table) -> Any:
    return table.column(table.num_columns - 1)


def _names_rule(reasons: Any, rule: dict[str, Any]) -> Any:
    return pc.match_substring(pc.binary_join_element_wise("", reasons, "", "; "), f"; {rule['rule']}; ")


def _examples(rest: pa.Table, rule: dict[str, Any]) -> list[str]:
    """Of a rule that speaks of one column; how several are shown is the checks' own."""
    if rule["column"] not in rest.column_names:
        return []
    values = rest.column(rule["column"]).filter(_names_rule(_reasons(rest), rule))
    return sorted(value for value in pc.unique(values).to_pylist() if value is not None)[:EXAMPLES]
