"""A table that memory couldn't hold is packed into a file of the scratch volume, and comes out as any other does."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from colonnade_jobs import resources
from colonnade_jobs.data.tables import database
from tests.unit.jobs.harness import Harness

ROWS = 200_000
MEMORY = 64 << 20


@pytest.fixture
def bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "memory_bytes", lambda: MEMORY)


def table(size: int, folder: Path) -> Path:
    path = folder / "rows.parquet"
    path.write_bytes(b"r" * size)
    return path


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize(("size", "name"), [(1 << 20, "memory"), (16 << 20, "packed")])
def test_what_would_not_fit_in_memory_is_packed(tmp_path: Path, size: int, name: str) -> None:
    with database.connect(tmp_path) as connection:
        database.make_room(connection, [table(size, tmp_path)], tmp_path)
        assert connection.execute("SELECT current_database()").fetchall() == [(name,)]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_packed_table_becomes_the_same_version(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    frame = pd.DataFrame(
        {"n": range(ROWS), "x": [n / 7 for n in range(ROWS)], "word": [f"w{n % 999}" for n in range(ROWS)]}
    )
    frame.loc[5, "n"] = 4
    frame.loc[7, "x"] = None
    rows = harness.write(frame.to_csv(index=False)) if kind == "csv" else frame
    spec: dict[str, Any] = {
        "schema": {"columns": [{"name": "n", "type": "integer", "max": ROWS - 5}], "uniqueKey": ["n"]},
        "validation": {"onInvalid": "Quarantine", "maxInvalidFraction": 0.5},
        "cleaning": [{"fillMissing": {"column": "x", "strategy": "mean"}}],
    }
    in_memory = harness.dataset(rows, **spec)
    monkeypatch.setattr(database, "UNPACKED", 1 << 40)
    packed = harness.dataset(rows, **spec)
    assert packed["version"]["invalidRows"] == 5
    assert packed["version"]["digest"] == in_memory["version"]["digest"]
    assert harness.table(packed)["n"].is_monotonic_increasing
