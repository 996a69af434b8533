"""What of a spec stored rows can be held against.

Of columns that spec.privacy changes, rules speak of the values as they came, which are not stored: they are left out.
What fillMissing put into a row was missing when the rules were kept, and is again when they are held against it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from colonnade_api.datasets.cleaning import CleaningStep, FillMissing, Replace
from colonnade_api.datasets.columns import Table
from colonnade_api.datasets.dataset import DatasetSpec, Validation
from colonnade_api.datasets.sources import DataSource

from ..data.checks import expressions

Report = dict[str, Any]


@dataclass(frozen=True)
class Comparable:
    """spec: of the stored table. unchecked: the columns that rules were left out for."""

    spec: DatasetSpec
    unchecked: tuple[str, ...]


@dataclass(frozen=True)
class _Protected:
    """columns: in small letters, as SQL takes them. suppresses: whether rows were left out that nobody can tell."""

    columns: frozenset[str]
    suppresses: bool

    def among(self, names: Sequence[str]) -> list[str]:
        return [name for name in names if name.lower() in self.columns]


def of(connection: duckdb.DuckDBPyConnection, spec: DatasetSpec, report: Report, names: Sequence[str]) -> Comparable:
    """report: of the stored version; names: of its columns."""
    protected = _protected(spec, report)
    table, validation = spec.table or Table(), spec.validation
    columns = tuple(column for column in table.columns if not protected.among([column.name]))
    key = () if protected.among(table.unique_key) else table.unique_key
    left = [*protected.among([column.name for column in table.columns]), *protected.among(table.unique_key)]
    rules = []
    for rule in validation.row_rules or ():
        changed = protected.among(expressions.names(connection, rule.expression))
        left += changed
        rules += [] if changed else [rule]
    shares = []
    for wanted in validation.representation or ():
        changed = [wanted.column] if protected.suppresses else protected.among([wanted.column])
        left += changed
        shares += [] if changed else [wanted]
    asked = Validation(row_count=validation.row_count).model_copy(
        update={"row_rules": tuple(rules), "representation": tuple(shares)}
    )
    wanted_now = {
        "table": table.model_copy(update={"columns": columns, "unique_key": key}),
        "validation": asked,
        "cleaning": tuple(_missing_again(report, [name for name in names if not protected.among([name])])),
    }
    stored = DatasetSpec(source=DataSource(storage_uri="file:///stored", format="parquet"))
    return Comparable(stored.model_copy(update=wanted_now), _as_spelled(left, [*names, *_named(spec, report)]))


def _protected(spec: DatasetSpec, report: Report) -> _Protected:
    """By the rules of now, and by those that there were when the version was made."""
    now = spec.privacy.rules_ if spec.privacy else ()
    then = report.get("privacy", {})
    changed = {rule.column for rule in now if rule.action != "Keep"}
    changed |= {rule["column"] for rule in then.get("rules", ()) if rule["action"] != "Keep"}
    return _Protected(frozenset(name.lower() for name in changed), bool(then.get("suppressedRows")))


def _missing_again(report: Report, names: Sequence[str]) -> Iterator[CleaningStep]:
    filled = {one["column"]: one["value"] for one in report.get("filled", ()) if one["rows"] and one["column"] in names}
    told = {column: value for column, value in filled.items() if value is not None}
    for column, value in told.items():
        yield CleaningStep.model_construct(replace=Replace.model_construct(column=column, missing=(value,)))
    for column, value in told.items():
        fill = FillMissing.model_construct(column=column, strategy="constant", value=value)
        yield CleaningStep.model_construct(fill_missing=fill)


def _named(spec: DatasetSpec, report: Report) -> Iterator[str]:
    yield from (rule.column for rule in (spec.privacy.rules_ if spec.privacy else ()))
    yield from (rule["column"] for rule in report.get("privacy", {}).get("rules", ()))


def _as_spelled(left: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Each once, as its owner writes it."""
    owners = {name.lower(): name for name in reversed(names)}
    return tuple(dict.fromkeys(owners.get(name.lower(), name) for name in left))
