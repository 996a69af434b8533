"""Which rows two tables have in common: by their key, else as they are, each as often as it occurs."""
# ruff: noqa: S608 - identifiers are quoted, values go through literal()

from pathlib import Path
from typing import Any

import duckdb

from ..data.tables.database import one_row
from ..data.tables.sql import identifier, literal


def compare(connection: duckdb.DuckDBPyConnection, before: Path, after: Path, key: list[str]) -> dict[str, Any]:
    """added, removed, changed (of those with the same key; by column in changedBy), unchanged: rows."""
    old, new = scan(before), scan(after)
    types = [columns(connection, table) for table in (old, new)]
    common = {name: kind == types[1][name] for name, kind in types[0].items() if name in types[1]}
    if key and set(key) <= set(common):
        return _by_key(connection, old, new, key, common)
    return _as_they_are(connection, old, new, common)


def scan(table: Path) -> str:
    return f"read_parquet({literal(str(table))})"


def columns(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """The SQL type of each of a table's columns."""
    return {row[0]: str(row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()}


def _differs(name: str, alike: bool) -> str:
    """alike: of one type in both; otherwise the values are the same where they are written the same."""
    a, b = (f"{table}.{identifier(name)}" for table in "ab")
    return f"{a} IS DISTINCT FROM {b}" if alike else f"CAST({a} AS VARCHAR) IS DISTINCT FROM CAST({b} AS VARCHAR)"


def _same(common: dict[str, bool]) -> str:
    return " AND ".join(f"NOT ({_differs(name, alike)})" for name, alike in common.items()) or "true"


def _by_key(
    connection: duckdb.DuckDBPyConnection, old: str, new: str, key: list[str], common: dict[str, bool]
) -> dict[str, Any]:
    """A null is a key like any other."""
    same = _same({name: common[name] for name in key})
    differs = {name: _differs(name, alike) for name, alike in common.items() if name not in key}
    counted = ", ".join(
        ["count(*) AS matched", f"count(*) FILTER (WHERE {' OR '.join(differs.values()) or 'false'}) AS changed"]
        + [f"count(*) FILTER (WHERE {differ})" for differ in differs.values()]
    )
    matched, changed, *each = one_row(connection, f"SELECT {counted} FROM {old} a JOIN {new} b ON {same}")
    before, after = (one_row(connection, f"SELECT count(*) FROM {table}")[0] for table in (old, new))
    return {
        "key": key,
        "added": after - matched,
        "removed": before - matched,
        "changed": changed,
        "unchanged": matched - changed,
        "changedBy": {name: count for name, count in zip(differs, each, strict=True) if count},
    }


def _as_they_are(connection: duckdb.DuckDBPyConnection, old: str, new: str, common: dict[str, bool]) -> dict[str, Any]:
    """Rows without a key: one that changed is one removed and one added."""
    values = ", ".join(map(identifier, common)) or "1"
    counted = "SELECT {values}, count(*) AS n FROM {table} GROUP BY ALL".format
    kept = one_row(
        connection,
        f"SELECT coalesce(sum(least(a.n, b.n)), 0)::BIGINT FROM ({counted(values=values, table=old)}) a "
        f"JOIN ({counted(values=values, table=new)}) b ON {_same(common)}",
    )[0]
    before, after = (one_row(connection, f"SELECT count(*) FROM {table}")[0] for table in (old, new))
    return {
        "key": [],
        "added": after - kept,
        "removed": before - kept,
        "changed": 0,
        "unchanged": kept,
        "changedBy": {},
    }
