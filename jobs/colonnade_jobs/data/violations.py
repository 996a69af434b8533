"""What each rule found: how many rows break it, and a few of their values as the source has them."""
# ruff: noqa: S608 - identifiers are of our own making

from dataclasses import dataclass
from typing import Any

import duckdb

from .rules import Rule

EXAMPLES = 3


@dataclass(frozen=True)
class RuleReport:
    """One rule's outcome."""

    rule: str
    column: str
    rows: int
    examples: list[str]


def count(connection: duckdb.DuckDBPyConnection, rules: list[Rule], source: str = "raw") -> list[RuleReport]:
    """A report for each rule, the one that hit most first; one pass over the refused rows for all of them.

    source: the table that has the values as they came.
    """
    broken = "SELECT unnest(reasons) AS rule, row_id FROM validated WHERE reasons IS NOT NULL"
    rows: dict[int, int] = dict(connection.execute(f"SELECT rule, count(*) FROM ({broken}) GROUP BY rule").fetchall())
    examples = _examples(connection, broken, {n: rules[n] for n in sorted(rows)}, source) if rows else {}
    reports = [
        RuleReport(rule.label, rule.field.rule.name, rows.get(n, 0), examples.get(n, []))
        for n, rule in enumerate(rules)
    ]
    return sorted(reports, key=lambda report: -report.rows)


def _examples(
    connection: duckdb.DuckDBPyConnection, broken: str, hit: dict[int, Rule], source: str
) -> dict[int, list[str]]:
    values = " ".join(f"WHEN {n} THEN CAST(raw.{rule.field.inner} AS VARCHAR)" for n, rule in hit.items())
    found: list[Any] = connection.execute(
        f"SELECT rule, example FROM (SELECT DISTINCT rule, CASE rule {values} END AS example "
        f"FROM ({broken}) JOIN {source} AS raw ON raw.rowid = row_id) WHERE example IS NOT NULL "
        f"QUALIFY row_number() OVER (PARTITION BY rule ORDER BY example) <= {EXAMPLES} ORDER BY rule, example"
    ).fetchall()
    examples: dict[int, list[str]] = {}
    for rule, example in found:
        examples.setdefault(rule, []).append(example)
    return examples
