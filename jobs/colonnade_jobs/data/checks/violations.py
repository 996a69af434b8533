"""What each rule found: how many rows break it, and a few of their values as the source has them."""
# ruff: noqa: S608 - identifiers are of our own making

from dataclasses import dataclass
from typing import Any

import duckdb

from ..tables.sql import literal
from .rules import Rule

EXAMPLES = 5


@dataclass(frozen=True)
class RuleReport:
    """One rule's outcome. action: what is done with the rows that break it, Quarantine or Warn. columns: those whose
    values are the examples."""

    rule: str
    column: str
    rows: int
    examples: list[str]
    action: str = "Quarantine"
    columns: tuple[str, ...] = ()


def count(connection: duckdb.DuckDBPyConnection, rules: list[Rule], source: str = "raw") -> list[RuleReport]:
    """A report for each rule, the one that hit most first; one pass over the rows that break one for all of them. Rows
    that are refused anyhow are warned of no more.

    source: the table that has the values as they came.
    """
    warned = any(rule.warns for rule in rules)
    broken = "SELECT unnest(reasons) AS rule, row_id FROM validated WHERE reasons IS NOT NULL" + (
        " UNION ALL SELECT unnest(warned), row_id FROM validated WHERE warned IS NOT NULL AND reasons IS NULL"
        if warned
        else ""
    )
    rows: dict[int, int] = dict(connection.execute(f"SELECT rule, count(*) FROM ({broken}) GROUP BY rule").fetchall())
    examples = _examples(connection, broken, {n: rules[n] for n in sorted(rows)}, source) if rows else {}
    reports = [_report(rule, rows.get(n, 0), examples.get(n, [])) for n, rule in enumerate(rules)]
    return sorted(reports, key=lambda report: -report.rows)


def _report(rule: Rule, rows: int, examples: list[str]) -> RuleReport:
    columns = tuple(field.rule.name for field in rule.fields)
    action = "Warn" if rule.warns else "Quarantine"
    return RuleReport(rule.label, ", ".join(columns), rows, examples, action, columns)


def _example(rule: Rule) -> str:
    """SQL: a row's values that the rule speaks of, as the source has them; of several each has its name."""
    values = [f"CAST(raw.{field.inner} AS VARCHAR)" for field in rule.fields]
    if len(values) == 1:
        return values[0]
    named = [
        f"{literal(f'{field.rule.name}=')} || coalesce({value}, '')"
        for field, value in zip(rule.fields, values, strict=True)
    ]
    return f"concat_ws(', ', {', '.join(named)})" if named else "CAST(NULL AS VARCHAR)"


def _examples(
    connection: duckdb.DuckDBPyConnection, broken: str, hit: dict[int, Rule], source: str
) -> dict[int, list[str]]:
    values = " ".join(f"WHEN {n} THEN {_example(rule)}" for n, rule in hit.items())
    found: list[Any] = connection.execute(
        f"SELECT rule, example FROM (SELECT DISTINCT rule, CASE rule {values} END AS example "
        f"FROM ({broken}) JOIN {source} AS raw ON raw.rowid = row_id) WHERE example IS NOT NULL "
        f"QUALIFY row_number() OVER (PARTITION BY rule ORDER BY example) <= {EXAMPLES} ORDER BY rule, example"
    ).fetchall()
    examples: dict[int, list[str]] = {}
    for rule, example in found:
        examples.setdefault(rule, []).append(example)
    return examples
