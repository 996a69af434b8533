"""Every row against every rule: from the table `raw` to `checked`, with the reasons why a row is refused."""
# ruff: noqa: S608 - identifiers go through name(), values through literal()

from dataclasses import dataclass

import duckdb

from ..documents import CleaningStep, Schema
from ..refusals import Refusal
from . import casting, rules
from .columns import Field
from .rules import Rule
from .tables import literal, one_row, said

EXAMPLES = 3


@dataclass(frozen=True)
class RuleReport:
    """One rule's outcome: how many rows break it, with a few of their values as the source has them."""

    rule: str
    column: str
    rows: int
    examples: list[str]


@dataclass(frozen=True)
class Checked:
    """What the checks found: rows looked at (duplicates apart), rows refused, and each rule's report.

    labels: what the rule of each number objects to; reports come with the rule that hit most first.
    """

    rows: int
    invalid: int
    duplicates: int
    labels: list[str]
    rules: list[RuleReport]

    @property
    def share(self) -> float:
        """Refused rows among all that were looked at, 0 to 1."""
        return self.invalid / self.rows if self.rows else 0.0


def check(
    connection: duckdb.DuckDBPyConnection, fields: list[Field], schema: Schema, steps: list[CleaningStep]
) -> Checked:
    """Makes `checked` (row_id, the columns in their types, reasons: the numbers of the rules broken) from `raw`.

    Trimming and dropping duplicates come first. Raises Refusal when a rule can't be run.
    """
    declared = {column.name for column in schema.columns}
    type_rules = _make_typed(connection, fields, declared, _trimmed(fields, steps))
    duplicates = sum(_drop_duplicates(connection, fields, step) for step in steps)
    filled = {step.fill_missing.column for step in steps if step.fill_missing}
    found = type_rules + rules.of_schema(fields, schema, filled)
    _make_checked(connection, fields, found)
    rows, invalid = _counts(connection)
    reports = [_report(connection, n, rule) for n, rule in enumerate(found)]
    return Checked(rows, invalid, duplicates, [rule.label for rule in found], sorted(reports, key=lambda r: -r.rows))


def _trimmed(fields: list[Field], steps: list[CleaningStep]) -> set[str]:
    names = {field.rule.name for field in fields}
    return {column for step in steps if step.trim for column in (step.trim.columns or names)}


def _make_typed(
    connection: duckdb.DuckDBPyConnection, fields: list[Field], declared: set[str], trimmed: set[str]
) -> list[Rule]:
    values, broken, found = [], [], []
    for field in fields:
        trim = field.rule.name in trimmed
        typed = casting.typed(field, trim=trim)
        values.append(f"{typed} AS {field.inner}")
        rule = rules.type_rule(field, casting.present(field, trim=trim), typed)
        # An infinity in a column that isn't declared is just missing.
        if rule is None or field.rule.name not in declared:
            continue
        found.append(rule)
        broken.append(f"CASE WHEN {rule.broken} THEN {literal(field.inner)} END")
    connection.execute(
        f"CREATE TABLE typed AS SELECT rowid AS row_id, {', '.join(values)}, "
        f"{_present(broken, 'VARCHAR')} AS broken_types FROM raw"
    )
    # From here on the type rules read what was found above.
    return [Rule(rule.label, rule.field, f"list_contains(broken_types, {literal(rule.field.inner)})") for rule in found]


def _drop_duplicates(connection: duckdb.DuckDBPyConnection, fields: list[Field], step: CleaningStep) -> int:
    if step.drop_duplicates is None:
        return 0
    among = step.drop_duplicates.columns or [field.rule.name for field in fields]
    compared = ", ".join(field.inner for field in fields if field.rule.name in among)
    removed = one_row(
        connection,
        f"DELETE FROM typed WHERE row_id NOT IN (SELECT min(row_id) FROM typed GROUP BY {compared}, broken_types)",
    )
    return int(removed[0])


def _make_checked(connection: duckdb.DuckDBPyConnection, fields: list[Field], found: list[Rule]) -> None:
    reasons = _present([f"CASE WHEN {rule.broken} THEN {n} END" for n, rule in enumerate(found)], "INTEGER")
    values = ", ".join(field.inner for field in fields)
    try:
        connection.execute(f"CREATE TABLE checked AS SELECT row_id, {values}, {reasons} AS reasons FROM typed")
    except duckdb.Error as error:
        raise Refusal("RuleUnusable", f"spec.schema: a rule doesn't fit its column: {said(error)}") from error


def _present(cases: list[str], kind: str) -> str:
    return f"list_filter([{', '.join(cases)}]::{kind}[], lambda reason: reason IS NOT NULL)"


def _counts(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    rows, invalid = one_row(connection, "SELECT count(*), count(*) FILTER (len(reasons) > 0) FROM checked")
    return int(rows), int(invalid)


def _report(connection: duckdb.DuckDBPyConnection, number: int, rule: Rule) -> RuleReport:
    broken = f"list_contains(reasons, {number})"
    rows = int(one_row(connection, f"SELECT count(*) FROM checked WHERE {broken}")[0])
    if not rows:
        return RuleReport(rule.label, rule.field.rule.name, 0, [])
    examples = connection.execute(
        f"SELECT DISTINCT CAST(raw.{rule.field.inner} AS VARCHAR) AS example FROM raw, checked "
        f"WHERE raw.rowid = checked.row_id AND {broken} ORDER BY example LIMIT {EXAMPLES}"
    ).fetchall()
    shown = [str(example[0]) for example in examples if example[0] is not None]
    return RuleReport(rule.label, rule.field.rule.name, rows, shown)
