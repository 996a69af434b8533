"""The same by plain DuckDB or pandas, in a process of its own: read, hold against the rules, write, count.

`python -m tests.bench.data.plain equal|duckdb|pandas SPEC FOLDER`: SPEC is Dataset.spec as JSON; valid rows and the
others are written to FOLDER as parquet, with counts of each rule; the statistics of each column go to statistics.csv.
`duckdb` does what a person would: types from a sample, approximate counts, no digest. `equal` tells all that the Job
tells: types from every value, exact counts, a histogram or the commonest values a column, a digest of the content.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SQL_TYPES = {"number": "DOUBLE", "integer": "BIGINT", "boolean": "BOOLEAN", "date": "TIMESTAMP"}


def by_duckdb(spec: dict[str, Any], folder: Path) -> None:
    """Read once into a table, one pass over it for each thing that is wanted."""
    with _checked(spec, folder, "") as (connection, kept):
        connection.execute(f"COPY (SUMMARIZE {kept}) TO '{folder}/statistics.csv'")


def by_duckdb_in_full(spec: dict[str, Any], folder: Path) -> None:
    """As the Job tells it."""
    with _checked(spec, folder, ", sample_size = -1") as (connection, kept):
        streams: dict[str, Any] = {}
        for batch in connection.sql(kept).to_arrow_reader(65_536):
            for name, values in zip(batch.schema.names, batch.columns, strict=True):
                stream = streams.setdefault(name, hashlib.sha256())
                for buffer in filter(None, values.buffers()):
                    stream.update(buffer)
        columns = connection.execute(f"DESCRIBE {kept}").fetchall()
        told = [_profile(connection, kept, name, kind) for name, kind, *_ in columns]
        digests = {name: stream.hexdigest() for name, stream in streams.items()}
        (folder / "statistics.json").write_text(json.dumps([told, digests], default=str))


def _profile(connection: Any, kept: str, name: str, kind: str) -> list[Any]:
    source = f"(SELECT {name} AS v FROM ({kept}))"
    counts = f"count(*), count(v), count(DISTINCT v) FROM {source}"
    if kind in ("VARCHAR", "BOOLEAN"):
        common = f"SELECT v, count(*) FROM {source} GROUP BY v ORDER BY 2 DESC LIMIT 20"
        return [connection.execute(query).fetchall() for query in (f"SELECT {counts}", common)]
    number = "epoch(v)" if kind.startswith(("TIMESTAMP", "DATE")) else "v::DOUBLE"
    moments = f"min({number}), max({number}), avg({number}), stddev_samp({number})"
    (row,) = connection.execute(f"SELECT {moments}, {counts}").fetchall()
    width = ((row[1] or 0.0) - (row[0] or 0.0)) / 20 or 1.0
    bins = f"SELECT floor(({number} - {row[0] or 0.0}) / {width}), count(*) FROM {source} GROUP BY 1"
    return [row, connection.execute(bins).fetchall()]


@contextmanager
def _checked(spec: dict[str, Any], folder: Path, sampling: str) -> Iterator[tuple[Any, str]]:
    """Valid rows and the others written; a connection, and the query that gives the valid ones."""
    import duckdb  # noqa: PLC0415 - pandas' process doesn't pay for it

    path = spec["source"]["storageUri"].removeprefix("file://")
    columns, key = spec["schema"]["columns"], spec["schema"]["uniqueKey"]
    types = ", ".join(f"'{c['name']}': '{SQL_TYPES.get(c['type'], 'VARCHAR')}'" for c in columns)
    options = f", types = {{{types}}}" if columns else ""
    reader = (
        f"read_csv('{path}', nullstr = ['', 'NA']{sampling}{options})"
        if path.endswith("csv")
        else f"read_parquet('{path}')"
    )
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
    {"equal": by_duckdb_in_full, "duckdb": by_duckdb, "pandas": by_pandas}[sys.argv[1]](
        json.loads(sys.argv[2]), Path(sys.argv[3])
    )
