"""What `equal` does beyond single rows, in plain SQL, over its table checked: n, the columns in their types, reasons.

Outliers by quartiles, k-anonymity, the population stability index.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

BINS = 10
NUMERIC = ("number", "integer", "date")
COMPARED = (*NUMERIC, "category", "boolean")
VALID = "checked WHERE reasons IS NULL"
HALF_A_ROW = 0.5

Kinds = dict[str, str]
Drift = tuple[float, float]


def mark_outliers(connection: Any, column: str, threshold: float, number: int) -> None:
    """Refuses, by the rule of that number, values that lie over threshold interquartile ranges outside the quartiles of
    the rows that are valid so far."""
    quartiles = f"SELECT unnest(quantile_cont({column}, [0.25, 0.75])) FROM {VALID}"
    (low,), (high,) = connection.execute(quartiles).fetchall()
    reach = threshold * (high - low)
    connection.execute(
        f"UPDATE checked SET reasons = list_append(coalesce(reasons, []), {number}) "
        f"WHERE {column} < {low - reach!r} OR {column} > {high + reach!r}"
    )


def suppress(connection: Any, columns: Sequence[str], k: int) -> int:
    """Takes out the valid rows of which fewer than k are alike in some columns; returns how many."""
    names = ", ".join(columns)
    same = " AND ".join(f"checked.{name} IS NOT DISTINCT FROM small.{name}" for name in columns)
    small = f"(SELECT {names} FROM {VALID} GROUP BY {names} HAVING count(*) < {k}) AS small"
    gone = connection.execute(f"DELETE FROM checked USING {small} WHERE reasons IS NULL AND {same}")
    return int(gone.fetchall()[0][0])


def drifts(connection: Any, kinds: Kinds, previous: Path) -> dict[str, Drift]:
    """By column the population stability index against a table, and its p-value. kinds: each column's type.

    A bin of which fewer than five rows are expected stays as it is: of long tables there is none.
    """
    before = f"read_parquet('{previous}')"
    numbers = [name for name, kind in kinds.items() if kind in NUMERIC]
    tenths = [n / BINS for n in range(1, BINS)]
    asked = ", ".join(f"quantile_disc({name}, {tenths})" for name in numbers)
    cuts = connection.execute(f"SELECT {asked} FROM {before}").fetchall()[0] if numbers else ()
    bins = {name: _bin(name, found) for name, found in zip(numbers, cuts, strict=True)}
    bins |= {name: f"CAST({name} AS VARCHAR)" for name, kind in kinds.items() if kind in COMPARED and name not in bins}
    return {
        name: _index(*(_counts(connection, bin_, table) for table in (before, VALID))) for name, bin_ in bins.items()
    }


def _bin(name: str, cuts: Sequence[Any]) -> str:
    edges = (f"TIMESTAMP '{edge}'" if hasattr(edge, "isoformat") else repr(edge) for edge in sorted(set(cuts)))
    return " + ".join(f"({name} >= {edge})::INTEGER" for edge in edges)


def _counts(connection: Any, bin_: str, table: str) -> dict[Any, int]:
    return dict(connection.execute(f"SELECT {bin_} AS bin, count(*) FROM {table} GROUP BY bin").fetchall())


def _index(before: dict[Any, int], after: dict[Any, int]) -> Drift:
    """By half a row in a bin that one side leaves empty; values that are new are one bin."""
    from scipy.special import chdtrc  # noqa: PLC0415 - where it is asked for, as in the Job

    new = sum(rows for bin_, rows in after.items() if bin_ not in before)
    pairs = [(rows, after.get(bin_, 0)) for bin_, rows in before.items()] + ([(0, new)] if new else [])
    n, m = (sum(side) for side in zip(*pairs, strict=True))
    shares = [(max(was, HALF_A_ROW) / n, max(now, HALF_A_ROW) / m) for was, now in pairs]
    index = sum((now - was) * math.log(now / was) for was, now in shares)
    pearson = sum((now / m - was / n) ** 2 * (n + m) / (was + now) for was, now in pairs)
    return index, float(chdtrc(len(pairs) - 1, min(index, pearson) / (1 / n + 1 / m)))
