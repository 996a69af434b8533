"""No two rows alike: of rows with one key the first that breaks no other rule is valid, those after it are refused."""
# ruff: noqa: S608 - identifiers are of our own making

from array import array
from collections.abc import Iterable
from typing import Any

import duckdb
import pyarrow as pa

from ..columns import Field


def mark_repeated(connection: duckdb.DuckDBPyConnection, keys: dict[int, tuple[Field, ...]]) -> None:
    """Adds to the reasons of `validated` the rules that a row breaks by repeating an earlier row that is valid.

    keys: the fields that tell rows apart, by the number of the rule that says so. Missing values repeat nothing. A row
    that is refused, for whatever reason, takes no key from those that follow.
    """
    groups = {n: _groups(connection, n, key) for n, key in keys.items()}
    repeated_keys = {n: count for n, count in groups.items() if count}
    if not repeated_keys:
        return
    batches = connection.sql(_conflicts({n: keys[n] for n in repeated_keys})).to_arrow_reader()
    rows = (row for batch in batches for row in zip(*(column.to_pylist() for column in batch.columns), strict=True))
    connection.register("repeated", _repeated(rows, repeated_keys))
    connection.execute(
        "UPDATE validated SET reasons = list_sort(list_concat(coalesce(reasons, []), broken.rules)) "
        "FROM (SELECT row_id, list(rule)::INTEGER[] AS rules FROM repeated GROUP BY row_id) AS broken "
        "WHERE validated.row_id = broken.row_id"
    )
    connection.unregister("repeated")


def _groups(connection: duckdb.DuckDBPyConnection, number: int, key: tuple[Field, ...]) -> int:
    """Makes the table of the keys that come more than once, each with a number from 0; returns how many."""
    columns = ", ".join(field.inner for field in key)
    present = " AND ".join(f"{field.inner} IS NOT NULL" for field in key)
    rows = connection.execute(
        f"CREATE TEMP TABLE key_{number} AS SELECT {columns}, row_number() OVER () - 1 AS id "
        f"FROM validated WHERE {present} GROUP BY {columns} HAVING count(*) > 1"
    ).fetchall()
    return int(rows[0][0])


def _conflicts(keys: dict[int, tuple[Field, ...]]) -> str:
    """The rows whose key comes more than once, in their order: row, whether it is valid so far, its number by key."""
    ids = ", ".join(f"key_{n}.id" for n in keys)
    joins = " ".join(
        f"LEFT JOIN key_{n} ON {' AND '.join(f'validated.{one.inner} = key_{n}.{one.inner}' for one in key)}"
        for n, key in keys.items()
    )
    return (
        f"SELECT row_id, reasons IS NULL, {ids} FROM validated {joins} "
        f"WHERE coalesce({ids}) IS NOT NULL ORDER BY row_id"
    )


def _repeated(rows: Iterable[tuple[Any, ...]], counts: dict[int, int]) -> pa.Table:
    """row_id and rule, of each rule that a row breaks: 16 bytes, where the rows themselves may be most of a table."""
    taken = [(rule, bytearray(count)) for rule, count in counts.items()]
    row_ids, rules = array("q"), array("q")
    for row_id, is_valid, *ids in rows:
        own = [(rule, seen, id_) for (rule, seen), id_ in zip(taken, ids, strict=True) if id_ is not None]
        broken = [rule for rule, seen, id_ in own if seen[id_]]
        if broken:
            row_ids.extend([row_id] * len(broken))
            rules.extend(broken)
        elif is_valid:
            for _, seen, id_ in own:
                seen[id_] = 1
    return pa.Table.from_arrays([_whole_numbers(row_ids), _whole_numbers(rules)], names=["row_id", "rule"])


def _whole_numbers(values: "array[int]") -> pa.Array:
    """Of the bytes as they lie: pa.array loads pandas, which takes a second."""
    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(values)])
