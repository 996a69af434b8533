"""Has the table drifted since the version before? By the population stability index, judged with both sizes known."""
# ruff: noqa: S608 - identifiers are of our own making or quoted, paths go through literal()

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from colonnade_api.datasets.expectations import Stability

from ...formatting import rounded
from ...population_stability import stability_index
from ..columns import Field
from ..tables.database import one_row
from ..tables.sql import identifier, literal
from .findings import Finding

SIGNIFICANCE = 0.01
"""The chance of a false alarm, over all columns of a table together."""
BINS = 10
MOST_CATEGORIES = 50
FEWEST_EXPECTED = 5
NUMERIC = ("number", "integer", "date")
COMPARED = (*NUMERIC, "category", "boolean")
VALID = "validated WHERE reasons IS NULL"
WORST = 3

Counts = list[int]


@dataclass(frozen=True)
class Drift:
    """How far a column has moved. index: in nats, 0 unmoved; p: the chance of so much where nothing moved."""

    column: str
    index: float
    p: float


def check(
    connection: duckdb.DuckDBPyConnection,
    fields: Sequence[Field],
    wanted: Stability,
    manifest: Mapping[str, Any],
    previous: Path,
) -> list[Finding]:
    """What has drifted. manifest, previous: of the version before, and its table.

    Columns of numbers, dates, categories and booleans that both versions have in the same type are compared.
    """
    types = {column["name"]: column["type"] for column in manifest["schema"]["columns"]}
    both = [one for one in fields if one.rule.type in COMPARED and types.get(one.rule.name) == one.rule.type]
    table = f"read_parquet({literal(str(previous))})"
    drifts = [drift for one in both if (drift := _drift(connection, one, table)) is not None]
    moved = [one for one in drifts if one.index >= wanted.max_psi and one.p < SIGNIFICANCE / len(drifts)]
    if not moved:
        return []
    worst = sorted(moved, key=lambda one: -one.index)
    shown = ", ".join(f"{one.column} (PSI {rounded(one.index, 3)})" for one in worst[:WORST])
    more = f" and {len(worst) - WORST} more" if len(worst) > WORST else ""
    said = (
        f"{len(moved)} of {len(drifts)} columns moved since {manifest['digest'][:17]} by more than chance and maxPsi "
        f"{wanted.max_psi:g}: {shown}{more}; look at the source, or, where the world has changed, raise maxPsi or set "
        "action: Warn"
    )
    return [Finding("Drifted", said, "stability", wanted.action)]


def merged(expected: Counts, actual: Counts) -> tuple[Counts, Counts]:
    """The bins, each but the last with the next until at least five rows are expected in it, of either size."""
    share = sum(actual) / sum(expected)
    before: Counts = []
    after: Counts = []
    is_open = False
    for was, now in zip(expected, actual, strict=True):
        if is_open:
            before[-1] += was
            after[-1] += now
        else:
            before.append(was)
            after.append(now)
        is_open = before[-1] * min(1.0, share) < FEWEST_EXPECTED
    if is_open and len(before) > 1:
        was, now = before.pop(), after.pop()
        before[-1] += was
        after[-1] += now
    return before, after


def _drift(connection: duckdb.DuckDBPyConnection, field: Field, table: str) -> Drift | None:
    name = identifier(field.rule.name)
    count = _numbers if field.rule.type in NUMERIC else _categories
    before, after = count(connection, field, name, table)
    if not sum(before) or not sum(after):
        return None
    index, p = stability_index(before, after)
    return Drift(field.rule.name, index, p)


def _numbers(connection: duckdb.DuckDBPyConnection, field: Field, name: str, table: str) -> tuple[Counts, Counts]:
    """By the deciles of the version before; missing values are a bin of their own."""
    quantiles = ", ".join(str(n / BINS) for n in range(1, BINS))
    cuts = one_row(connection, f"SELECT quantile_disc({name}, [{quantiles}]) FROM {table}")[0] or []
    edges = sorted(set(cuts))
    connection.execute("CREATE OR REPLACE TEMP TABLE edges AS SELECT unnest(?) AS edge", [edges])
    before = _binned(connection, name, f"{table} AS t WHERE true", len(edges))
    after = _binned(connection, field.inner, VALID, len(edges))
    return _with_missing(
        merged(before[1:], after[1:]) if sum(before[1:]) and sum(after[1:]) else ([], []), before, after
    )


def _binned(connection: duckdb.DuckDBPyConnection, value: str, source: str, edges: int) -> Counts:
    """Rows without a value, then rows by bin: bin i holds edges[i-1] <= value < edges[i]."""
    passed = (f"CAST({value} >= edges[{n}] AS INTEGER)" for n in range(1, edges + 1))
    rows = connection.execute(
        f"WITH e AS (SELECT list(edge ORDER BY edge) AS edges FROM edges) "
        f"SELECT CASE WHEN {value} IS NULL THEN 0 ELSE {' + '.join(['1', *passed])} END AS bin, "
        f"count(*) FROM (SELECT {value} FROM {source}), e GROUP BY bin"
    ).fetchall()
    found = dict(rows)
    return [found.get(bin_, 0) for bin_ in range(edges + 2)]


def _categories(connection: duckdb.DuckDBPyConnection, field: Field, name: str, table: str) -> tuple[Counts, Counts]:
    """By value: the most frequent ones of the version before, and all others in one bin, those that it hadn't among
    them."""
    before = _counted(connection, name, f"{table} AS t WHERE true")
    after = _counted(connection, field.inner, VALID)
    seen, now = sum(before.values()) - before.get(None, 0), sum(after.values()) - after.get(None, 0)
    least = FEWEST_EXPECTED / min(1.0, now / seen) if seen and now else math.inf
    words = [value for value in before if value is not None and before[value] >= least]
    kept = sorted(words, key=lambda value: (-before[value], value))[:MOST_CATEGORIES]
    expected = [before[value] for value in kept]
    actual = [after.get(value, 0) for value in kept]
    rest = (seen - sum(expected), now - sum(actual))
    if any(rest):
        expected, actual = [*expected, rest[0]], [*actual, rest[1]]
    return _with_missing((expected, actual), [before.get(None, 0)], [after.get(None, 0)])


def _counted(connection: duckdb.DuckDBPyConnection, value: str, source: str) -> dict[str | None, int]:
    rows = connection.execute(
        f"SELECT CAST({value} AS VARCHAR) AS value, count(*) FROM {source} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return dict(rows)


def _with_missing(bins: tuple[Counts, Counts], before: Counts, after: Counts) -> tuple[Counts, Counts]:
    if not before[0] and not after[0]:
        return bins
    return [*bins[0], before[0]], [*bins[1], after[0]]
