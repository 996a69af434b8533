"""The same by plain DuckDB or pandas, in a process of its own: read, hold against the rules, write, count.

`python -m tests.bench.data.plain duckdb|pandas SPEC FOLDER`: SPEC is Dataset.spec as JSON; valid rows and the others
are written to FOLDER as parquet, with counts of each rule; the statistics of each column go to statistics.csv. What a
person would do, and less than the Job does: types from a sample, approximate counts, no digest, the refused rows
without what their source said, and an end at the first value of a wrong type. `equal` does all that the Job does.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SQL_TYPES = {"number": "DOUBLE", "integer": "BIGINT", "boolean": "BOOLEAN", "date": "TIMESTAMP"}


def by_duckdb(spec: dict[str, Any], folder: Path) -> None:
    """Read once into a table, one pass over it for each thing that is wanted."""
    with _checked(spec, folder) as (connection, kept):
        connection.execute(f"COPY (SUMMARIZE {kept}) TO '{folder}/statistics.csv'")


@contextmanager
def _checked(spec: dict[str, Any], folder: Path) -> Iterator[tuple[Any, str]]:
    """Valid rows and the others written; a connection, and the query that gives the valid ones."""
    import duckdb  # noqa: PLC0415 - pandas' process doesn't pay for it

    path = spec["source"]["storageUri"].removeprefix("file://")
    columns, key = spec["schema"]["columns"], spec["schema"]["uniqueKey"]
    types = ", ".join(f"'{c['name']}': '{SQL_TYPES.get(c['type'], 'VARCHAR')}'" for c in columns)
    options = f", types = {{{types}}}" if columns else ""
    reader = f"read_csv('{path}', nullstr = ['', 'NA']{options})" if path.endswith("csv") else f"read_parquet('{path}')"
    rules = [rule for column in columns for rule in _sql_rules(column)] or ["false"]
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE rows AS SELECT * FROM {reader}")
        reasons = ", ".join(f"CASE WHEN {rule} THEN {n} END" for n, rule in enumerate(rules))
        repeated = f"row_number() OVER (PARTITION BY {', '.join(key)}) > 1" if key else "false"
        connection.execute(
            f"CREATE TABLE checked AS SELECT *, array_to_string([{reasons}], ' ') AS reasons, {repeated} AS repeated "
            "FROM rows"
        )
        valid = "reasons = '' AND NOT repeated"
        kept = f"SELECT * EXCLUDE (reasons, repeated) FROM checked WHERE {valid}"
        connection.execute(f"COPY ({kept}) TO '{folder}/data.parquet' (COMPRESSION zstd)")
        connection.execute(f"COPY (SELECT * FROM checked WHERE NOT ({valid})) TO '{folder}/aside.parquet'")
        connection.execute("SELECT reasons, count(*) FROM checked GROUP BY reasons").fetchall()
        yield connection, kept


def _sql_rules(column: dict[str, Any]) -> list[str]:
    name = column["name"]
    wanted = {
        "min": f"{name} < {column.get('min')}",
        "max": f"{name} > {column.get('max')}",
        "allowed": f"{name} NOT IN ({', '.join(repr(word) for word in column.get('allowed', []))})",
        "pattern": f"NOT regexp_matches({name}, '{column.get('pattern')}')",
    }
    missing = [] if column.get("nullable") else [f"{name} IS NULL"]
    return missing + [sql for demand, sql in wanted.items() if demand in column]


def by_pandas(spec: dict[str, Any], folder: Path) -> None:
    """As a notebook would."""
    import pandas as pd  # noqa: PLC0415 - DuckDB's process doesn't pay for it

    path = spec["source"]["storageUri"].removeprefix("file://")
    rows = pd.read_csv(path) if path.endswith("csv") else pd.read_parquet(path)
    broken = pd.Series(False, index=rows.index)
    for column in spec["schema"]["columns"]:
        if column["type"] == "date":
            rows[column["name"]] = pd.to_datetime(rows[column["name"]])
        for mask in _masks(rows[column["name"]], column):
            broken |= mask
    if spec["schema"]["uniqueKey"]:
        broken |= rows.duplicated(spec["schema"]["uniqueKey"])
    valid = rows[~broken]
    valid.to_parquet(folder / "data.parquet", compression="zstd")
    rows[broken].to_parquet(folder / "aside.parquet")
    statistics = valid.describe(include="all").T
    statistics["distinct"] = valid.nunique()
    statistics.to_csv(folder / "statistics.csv")


def _masks(values: Any, column: dict[str, Any]) -> list[Any]:
    masks = [] if column.get("nullable") else [values.isna()]
    if "min" in column:
        masks.append(values < column["min"])
    if "max" in column:
        masks.append(values > column["max"])
    if "allowed" in column:
        masks.append(values.notna() & ~values.isin(column["allowed"]))
    if "pattern" in column:
        masks.append(values.notna() & ~values.str.contains(column["pattern"], na=False))
    return masks


if __name__ == "__main__":
    {"duckdb": by_duckdb, "pandas": by_pandas}[sys.argv[1]](json.loads(sys.argv[2]), Path(sys.argv[3]))
