"""Every row against every rule: from the table `raw` to `checked`, with the reasons why a row is refused."""
# ruff: noqa: S608 - identifiers go through name(), values through literal()

from dataclasses import dataclass, field
from typing import Any

import duckdb

from ..documents import CleaningStep, Column, Schema
from ..refusals import Refusal
from . import casting, rules
from .rules import Rule
from .tables import literal, name, said, types

EXAMPLES = 3


@dataclass(frozen=True)
class RuleReport:
    """One rule's outcome: how many rows break it, with a few of their values as the source has them."""

    rule: str
    column: str
    rows: int
    examples: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Checked:
    """What the checks found: rows looked at (duplicates apart), rows refused, and each rule's report."""

    rows: int
    invalid: int
    duplicates: int
    rules: list[RuleReport]

    @property
    def share(self) -> float:
        """Refused rows among all that were looked at, 0 to 1."""
        return self.invalid / self.rows if self.rows else 0.0


def check(
    connection: duckdb.DuckDBPyConnection, columns: list[Column], schema: Schema, steps: list[CleaningStep]
) -> Checked:
    """Makes `checked` (row_id, the columns in their types, reasons) from `raw`.

    Trimming and dropping duplicates come first. Raises Refusal when a rule can't be run.
    """
    declared = {column.name for column in schema.columns}
    type_rules = _make_typed(connection, columns, declared, _trimmed(columns, steps))
    duplicates = sum(_drop_duplicates(connection, columns, step) for step in steps)
    filled = {step.fill_missing.column for step in steps if step.fill_missing}
    found = type_rules + rules.of_schema(columns, schema, filled)
    _make_checked(connection, columns, found)
    rows, invalid = _counts(connection)
    reports = [_report(connection, rule) for rule in found]
    return Checked(rows, invalid, duplicates, sorted(reports, key=lambda report: -report.rows))


def _trimmed(columns: list[Column], steps: list[CleaningStep]) -> set[str]:
    names = {column.name for column in columns}
    return {column for step in steps if step.trim for column in (step.trim.columns or names)}


def _make_typed(
    connection: duckdb.DuckDBPyConnection, columns: list[Column], declared: set[str], trimmed: set[str]
) -> list[Rule]:
    sources = types(connection, "raw")
    values, broken, found = [], [], []
    for column in columns:
        trim = column.name in trimmed
        typed = casting.typed(column, sources[column.name], trim=trim)
        values.append(f"{typed} AS {name(column.name)}")
        rule = rules.type_rule(column, casting.present(column, sources[column.name], trim=trim), typed)
        if rule is None or column.name not in declared:  # an infinity in a column that isn't declared is just missing
            continue
        found.append(rule)
        broken.append(f"CASE WHEN {rule.broken} THEN {literal(column.name)} END")
    connection.execute(
        f"CREATE TABLE typed AS SELECT rowid AS row_id, {', '.join(values)}, "
        f"{_present(broken)} AS broken_types FROM raw"
    )
    # From here on the type rules read what was found above.
    return [Rule(rule.label, rule.column, f"list_contains(broken_types, {literal(rule.column)})") for rule in found]


def _drop_duplicates(connection: duckdb.DuckDBPyConnection, columns: list[Column], step: CleaningStep) -> int:
    if step.drop_duplicates is None:
        return 0
    compared = ", ".join(name(column) for column in step.drop_duplicates.columns or [column.name for column in columns])
    removed = connection.execute(
        f"DELETE FROM typed WHERE row_id NOT IN (SELECT min(row_id) FROM typed GROUP BY {compared}, broken_types)"
    ).fetchone()
    return int(removed[0]) if removed else 0


def _make_checked(connection: duckdb.DuckDBPyConnection, columns: list[Column], found: list[Rule]) -> None:
    reasons = _present([f"CASE WHEN {rule.broken} THEN {literal(rule.label)} END" for rule in found])
    values = ", ".join(name(column.name) for column in columns)
    try:
        connection.execute(f"CREATE TABLE checked AS SELECT row_id, {values}, {reasons} AS reasons FROM typed")
    except duckdb.Error as error:
        raise Refusal("RuleUnusable", f"spec.schema: a rule doesn't fit its column: {said(error)}") from error


def _present(cases: list[str]) -> str:
    return f"list_filter([{', '.join(cases)}]::VARCHAR[], lambda reason: reason IS NOT NULL)"


def _counts(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    row: Any = connection.execute("SELECT count(*), count(*) FILTER (len(reasons) > 0) FROM checked").fetchone()
    return int(row[0]), int(row[1])


def _report(connection: duckdb.DuckDBPyConnection, rule: Rule) -> RuleReport:
    broken = f"list_contains(reasons, {literal(rule.label)})"
    row: Any = connection.execute(f"SELECT count(*) FROM checked WHERE {broken}").fetchone()
    if not row[0]:
        return RuleReport(rule.label, rule.column, 0)
    examples = connection.execute(
        f"SELECT DISTINCT CAST(raw.{name(rule.column)} AS VARCHAR) AS example FROM raw, checked "
        f"WHERE raw.rowid = checked.row_id AND {broken} ORDER BY example LIMIT {EXAMPLES}"
    ).fetchall()
    return RuleReport(
        rule.label, rule.column, int(row[0]), [str(example[0]) for example in examples if example[0] is not None]
    )
