"""Every row against every rule: from the table `raw` to `validated`, with the reasons why a row is refused."""
# ruff: noqa: S608 - identifiers are of our own making, values go through literal()

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb

from colonnade_api.datasets.columns import Table

from ...errors import PermanentError
from ..cleaning import duplicates, operations
from ..cleaning.filling import Filled
from ..cleaning.operations import Changed
from ..cleaning.planning import Plan
from ..columns import Field
from ..reading import casting
from ..tables import naming
from ..tables.database import one_row, raise_shortage, without_optimizer
from ..tables.sql import error_text
from . import outliers, rules, uniqueness, violations
from .findings import Finding
from .rules import NOUNS, Rule
from .violations import RuleReport


@dataclass(frozen=True)
class ValidationResult:
    """What the checks found: rows looked at (duplicates apart), rows refused, and each rule's report.

    labels: what the rule of each number objects to; reports come with the rule that hit most first. findings: what is
    wrong beyond single rows. filled: what cleaning did to missing values; changed: what its steps did before the
    checks. source: the table that has the values as they came. recorded: the steps that a version records for serving.
    """

    rows: int
    invalid: int
    duplicates: int
    labels: list[str]
    rules: list[RuleReport]
    findings: list[Finding] = field(default_factory=list)
    filled: list[Filled] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    source: str = "raw"
    recorded: list[dict[str, Any]] = field(default_factory=list)

    def without_values(self, hidden: frozenset[str]) -> "ValidationResult":
        """The same, without any value of the columns that are hidden. hidden: their owner's names."""
        rules = [replace(rule, examples=[]) if hidden & set(rule.columns) else rule for rule in self.rules]
        findings = [finding.without_values() if finding.column in hidden else finding for finding in self.findings]
        filled = [replace(fill, value=None) if fill.column in hidden else fill for fill in self.filled]
        changed = [_without_condition(step, hidden) for step in self.changed]
        recorded = [step for step in self.recorded if step["column"] not in hidden]
        return replace(self, rules=rules, findings=findings, filled=filled, changed=changed, recorded=recorded)

    @property
    def share(self) -> float:
        """Refused rows among all that were looked at, 0 to 1."""
        return self.invalid / self.rows if self.rows else 0.0

    @property
    def warnings(self) -> list[str]:
        """What is wrong and refuses nothing: of single rows, then beyond them."""
        valid = self.rows - self.invalid
        warned = [rule for rule in self.rules if rule.action == "Warn" and rule.rows]
        return [
            *(f"{rule.rows:,} of {valid:,} rows {_verb(rule)} {rule.rule}, which only warns" for rule in warned),
            *(finding.message for finding in self.findings if finding.action == "Warn"),
        ]


def _without_condition(step: Changed, hidden: frozenset[str]) -> Changed:
    """A step whose condition may compare a hidden column with a value, told without it."""
    told = step.about.lower()
    compares = step.step == "dropRows" and any(name.lower() in told for name in hidden)
    return replace(step, about="a condition on what spec.privacy protects") if compares else step


def _verb(rule: RuleReport) -> str:
    return "breaks" if rule.rows == 1 else "break"


def apply(
    connection: duckdb.DuckDBPyConnection, fields: list[Field], schema: Table, plan: Plan, demands: Sequence[Rule] = ()
) -> list[Rule]:
    """Makes `validated` from `raw`: row_id, the columns in their types, reasons, the numbers of the rules that a row
    breaks, in order, null for a valid row, and, where a rule only warns, warned, the same of those. Returns the rules:
    the schema's, then the demands.

    Trimming comes first; what depends on other rows is left to `settle`. Raises PermanentError when a rule can't be
    run.
    """
    found = rules.of_schema(fields, schema, plan.filled)
    typed = _typed(fields, {rule.field.rule.name for rule in found}, plan)
    found += demands
    try:
        _make_validated(connection, fields, found, typed, plan)
    except duckdb.Error as error:
        raise_shortage(error)
        if failing := _failing(connection, demands, typed, plan, len(fields)):
            raise failing from error
        raise PermanentError(
            "RuleUnusable", f"spec.schema: a rule doesn't fit its column: {error_text(error)}"
        ) from error
    return found


def mistyped(connection: duckdb.DuckDBPyConnection, found: list[Rule]) -> set[str]:
    """The inner names of the columns of `validated` that hold a value which is not of their type."""
    numbers = connection.execute("SELECT DISTINCT unnest(reasons) FROM validated WHERE reasons IS NOT NULL").fetchall()
    broken = [found[n] for (n,) in numbers]
    return {rule.field.inner for rule in broken if rule.broken == rules.is_mistyped(rule.field)}


def settle(
    connection: duckdb.DuckDBPyConnection, found: list[Rule], plan: Plan, source: str = "raw"
) -> ValidationResult:
    """Of `validated` refuses what refers to nothing, drops duplicates, and refuses outliers and what repeats a key, in
    this order; returns what all rules found.

    source: the table that has the values as they came.
    """
    for n, rule in enumerate(found):
        if rule.elsewhere:
            _mark(connection, n, rule, rule.elsewhere)
    dropped = sum(duplicates.drop(connection, step) for step in plan.duplicates)
    findings = _mark_outliers(connection, found)
    uniqueness.mark_repeated(connection, {n: rule.key for n, rule in enumerate(found) if rule.key})
    rows, invalid = one_row(connection, "SELECT count(*), count(reasons) FROM validated")
    reports = violations.count(connection, found, source)
    return ValidationResult(rows, invalid, dropped, [rule.label for rule in found], reports, findings)


def _mark_outliers(connection: duckdb.DuckDBPyConnection, found: list[Rule]) -> list[Finding]:
    """Each column is judged by the rows that broke no rule before: what one rule sets aside moves no other."""
    judged = [
        (n, rule, outliers.judge(connection, rule.field, rule.outliers))
        for n, rule in enumerate(found)
        if rule.outliers
    ]
    for n, rule, far in judged:
        if far.condition:
            _mark(connection, n, rule, far.condition)
    return [finding for _, _, far in judged for finding in far.findings]


def _mark(connection: duckdb.DuckDBPyConnection, number: int, rule: Rule, condition: str) -> None:
    column = "warned" if rule.warns else "reasons"
    connection.execute(
        f"UPDATE validated SET {column} = list_append(coalesce({column}, []::INTEGER[]), {number}::INTEGER) "
        f"WHERE {condition}"
    )


def changed(connection: duckdb.DuckDBPyConnection, fields: list[Field], plan: Plan) -> list[Changed]:
    """What each step did to the rows before they were checked."""
    return operations.count(
        connection, _typed(fields, set(), replace(plan, operations=[])), plan.operations, len(fields)
    )


def _make_validated(
    connection: duckdb.DuckDBPyConnection, fields: list[Field], found: list[Rule], typed: str, plan: Plan
) -> None:
    values = ", ".join(field.inner for field in fields)
    broken = {n: rule.broken for n, rule in enumerate(found) if rule.broken and not rule.warns}
    warned = {n: rule.broken for n, rule in enumerate(found) if rule.broken and rule.warns}
    columns = f"row_id, {values}, {_numbers(broken)} AS reasons"
    if any(rule.warns for rule in found):
        columns += f", {_numbers(warned)} AS warned"
    with without_optimizer(connection, len(fields)):
        connection.execute(f"CREATE OR REPLACE TABLE validated AS SELECT {columns} FROM ({typed}) {_staying(plan)}")


def _staying(plan: Plan) -> str:
    return "WHERE NOT gone" if plan.operations else ""


def _failing(
    connection: duckdb.DuckDBPyConnection, demands: Sequence[Rule], typed: str, plan: Plan, width: int
) -> PermanentError | None:
    """The first demand that can't be computed on a row, in words without a value of that row."""
    for rule in demands:
        if not rule.broken:
            continue
        with without_optimizer(connection, width):
            row = one_row(
                connection,
                f"SELECT min(row_id) FROM (SELECT row_id, TRY(({rule.broken}) IS NULL) AS computed "
                f"FROM (SELECT * FROM ({typed}) {_staying(plan)})) WHERE computed IS NULL",
            )[0]
        if row is not None:
            return PermanentError(
                "RuleUnusable",
                f"{rule.place}: it can't be computed on row {row + 1:,} (the header not counted): a value can't be "
                "cast, or a number is out of range; write TRY_CAST, or a CASE that keeps such rows out",
            )
    return None


def _typed(fields: list[Field], ruled: set[str], plan: Plan) -> str:
    """The query of the columns in their types, and of flags that are told from them: no value is cast twice."""
    trimmed = {field.inner: field.rule.name in plan.trimmed for field in fields}
    flagged = [field for field in fields if field.rule.name in ruled and field.rule.type in NOUNS]
    typed = [f"{casting.typed(field, trim=trimmed[field.inner])} AS {field.inner}" for field in fields]
    sources = [f"{field.text or field.inner} AS {naming.uncast(field.inner)}" for field in flagged]
    flags = [f"{_mistyped(field, trim=trimmed[field.inner])} AS {rules.is_mistyped(field)}" for field in flagged]
    values = f"SELECT {', '.join(['rowid AS row_id', *typed, *sources])} FROM raw"
    return operations.layered(f"SELECT {', '.join(['*', *flags])} FROM ({values})", plan.operations)


def _mistyped(field: Field, *, trim: bool) -> str:
    source = naming.uncast(field.inner)
    uncast = replace(field, inner=source, text=source if field.text else "")
    return rules.mistyped(field.inner, casting.is_present(uncast, trim=trim))


def _numbers(broken: dict[int, str]) -> str:
    """SQL: the numbers of the rules that a row breaks; null where it breaks none."""
    if not broken:
        return "CAST(NULL AS INTEGER[])"
    numbers = ", ".join(f"CASE WHEN {demand} THEN {n} END" for n, demand in broken.items())
    # Most rows break no rule: only for those that do is a list made.
    return (
        f"CASE WHEN {' OR '.join(f'({demand})' for demand in broken.values())} "
        f"THEN list_filter([{numbers}]::INTEGER[], lambda rule: rule IS NOT NULL) END"
    )
