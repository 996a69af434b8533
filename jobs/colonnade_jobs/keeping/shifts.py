"""How far each column's values have moved between two tables: PSI over bins of the older one, KS for numbers.

Both come with their n and p-value: at a hundred rows a PSI of 0.1 is noise.
"""
# ruff: noqa: S608 - identifiers are quoted, values go through literal()

import math
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from scipy.stats import kstwobign

from ..data.tables.sql import identifier
from ..population_stability import stability_index
from . import rows

BINS, CATEGORIES = 10, 20
NUMERIC = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "U")
TEMPORAL = ("DATE", "TIMESTAMP")
DAY_SECONDS = 86_400
MISSING, OTHER = "missing", "all others"


class Pair(NamedTuple):
    """Two tables as DuckDB reads them."""

    connection: duckdb.DuckDBPyConnection
    old: str
    new: str

    def ask(self, query: str) -> list[Any]:
        return self.connection.execute(query).fetchall()

    def union(self, value: str) -> str:
        """v, and one in a or in b for the table that it is from."""
        counted = "SELECT {value} AS v, {a} AS a, {b} AS b FROM {table} WHERE {value} IS NOT NULL".format
        old, new = counted(value=value, a=1, b=0, table=self.old), counted(value=value, a=0, b=1, table=self.new)
        return f"{old} UNION ALL {new}"


def compare(connection: duckdb.DuckDBPyConnection, before: Path, after: Path) -> list[dict[str, Any]]:
    """One entry a column that both have: its bins with the rows of each, psi, its p-value; of numbers ks and its own.

    n: values of each that aren't missing.
    """
    pair = Pair(connection, rows.scan(before), rows.scan(after))
    was, is_ = (rows.columns(connection, table) for table in (pair.old, pair.new))
    return [_column(pair, name, kind, is_[name]) for name, kind in was.items() if name in is_]


def _column(pair: Pair, name: str, was: str, is_: str) -> dict[str, Any]:
    counts = _counts(pair, name)
    found: dict[str, Any] = {"name": name, **counts}
    if was != is_:
        return found | {"types": [was, is_], "bins": []}
    value = _value(name, was)
    bins = _numeric(pair, value, was) if value else _categories(pair, name)
    if any(counts["missing"]):
        bins.append({"label": MISSING, "rows": counts["missing"]})
    found |= {"bins": bins} | _stability([bin_["rows"] for bin_ in bins])
    return found | _kolmogorov(pair, value, *counts["n"]) if value and all(counts["n"]) else found


def _stability(bins: list[list[int]]) -> dict[str, float | None]:
    """psi in nats and its p-value; both None where one of the two has no row."""
    before, after = [was for was, _ in bins], [now for _, now in bins]
    if not sum(before) or not sum(after):
        return {"psi": None, "psiPValue": None}
    index, p = stability_index(before, after)
    return {"psi": index, "psiPValue": p}


def _counts(pair: Pair, name: str) -> dict[str, list[int]]:
    counted = f"count({identifier(name)}), count(*)"
    found = [pair.ask(f"SELECT {counted} FROM {table}")[0] for table in (pair.old, pair.new)]
    return {"n": [present for present, _ in found], "missing": [total - present for present, total in found]}


def _value(name: str, kind: str) -> str:
    """A number to bin by; empty for what is counted by value."""
    if kind.startswith(TEMPORAL):
        return f"epoch({identifier(name)})"
    return f"CAST({identifier(name)} AS DOUBLE)" if kind.startswith(NUMERIC) else ""


def _numeric(pair: Pair, value: str, kind: str) -> list[dict[str, Any]]:
    """Bins of about equal counts in the older table; a value on an edge belongs to the bin above it."""
    quantiles = ", ".join(str(n / BINS) for n in range(1, BINS))
    present = f"{value} IS NOT NULL AND NOT isnan({value})"
    edges = pair.ask(f"SELECT quantile_disc({value}, [{quantiles}]) FROM {pair.old} WHERE {present}")[0][0]
    inner = sorted({float(edge) for edge in edges or [0.0]})
    place = " + ".join(f"({value} >= {edge!r})::INT" for edge in inner)
    counts = [[0, 0] for _ in range(len(inner) + 1)]
    for which, table in enumerate((pair.old, pair.new)):
        for number, count in pair.ask(
            f"SELECT {place} AS bin, count(*) FROM {table} WHERE {value} IS NOT NULL GROUP BY bin"
        ):
            counts[number][which] = count
    labels = _labels(pair, inner, kind)
    return [{"label": label, "rows": each} for label, each in zip(labels, counts, strict=True) if any(each)]


def _labels(pair: Pair, edges: list[float], kind: str) -> list[str]:
    said = [f"{edge:.6g}" for edge in edges]
    if kind.startswith(TEMPORAL):
        form = "%Y-%m-%d %H:%M" if any(edge % DAY_SECONDS for edge in edges) else "%Y-%m-%d"
        said = [pair.ask(f"SELECT strftime(to_timestamp({edge!r}), '{form}')")[0][0] for edge in edges]
    return [f"under {said[0]}", *(f"{low} to {high}" for low, high in pairwise(said)), f"{said[-1]} and over"]


def _categories(pair: Pair, name: str) -> list[dict[str, Any]]:
    """The values that are most frequent in both together; all others in one bin."""
    union = pair.union(f"CAST({identifier(name)} AS VARCHAR)")
    by_value = f"SELECT v, sum(a)::BIGINT AS a, sum(b)::BIGINT AS b FROM ({union}) GROUP BY v"
    found = pair.ask(f"{by_value} ORDER BY sum(a) + sum(b) DESC, v LIMIT {CATEGORIES}")
    bins = [{"label": value, "rows": [a, b]} for value, a, b in found]
    whole = pair.ask(f"SELECT coalesce(sum(a), 0)::BIGINT, coalesce(sum(b), 0)::BIGINT FROM ({union})")[0]
    rest = [whole[which] - sum(bin_["rows"][which] for bin_ in bins) for which in (0, 1)]
    return [*bins, {"label": OTHER, "rows": rest}] if any(rest) else bins


def _kolmogorov(pair: Pair, value: str, n: int, m: int) -> dict[str, Any]:
    """The largest distance of the two distribution functions, and its asymptotic p-value."""
    by_value = f"SELECT v, sum(a) AS a, sum(b) AS b FROM ({pair.union(value)}) GROUP BY v"
    running = f"SELECT sum(a) OVER (ORDER BY v) / {n} AS a, sum(b) OVER (ORDER BY v) / {m} AS b FROM ({by_value})"
    ks = float(pair.ask(f"SELECT max(abs(a - b)) FROM ({running})")[0][0])
    return {"ks": ks, "ksPValue": float(kstwobign.sf(ks * math.sqrt(n * m / (n + m))))}
