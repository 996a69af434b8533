"""The script that the Job is measured against does the Job's work: what both tell of a table is the same."""

import math
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from tests.bench.data.cases import CASES, MADE, MADE_RULES, Case, write_made
from tests.bench.data.equal import Script
from tests.unit.jobs.harness import Harness

DIRTY = """id,amount,age,city,code,share,seen,member
1,1.50,20,Bern,N1,0.5,2024-01-01 10:00:00,true
1,2,30,Basel,N2,0.25,2024-01-02 10:00:00,false
2,x,1.5,Bern,N3,,2024-01-03,true
2,3,121,Rom,X4,7,yesterday,maybe
2,4,40,Chur,N5,1,2024-02-01 00:00:00,false
3,,-1,Thun,N6,0.125,2024-03-01 00:00:00,true
4,0.25,7,Thun,N7,0.5,2024-03-01 00:00:00,true
"""
COUNTS = ("name", "type", "nulls", "distinct", "top")


def script(spec: dict[str, Any], folder: Path) -> dict[str, Any]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return Script(connection, spec, folder).run()


def dirty(folder: Path) -> dict[str, Any]:
    path = folder / "dirty.csv"
    path.write_text(DIRTY)
    return Case("dirty.csv", lambda _: None, MADE, ["id"], rules=MADE_RULES).spec(path)


def made(folder: Path) -> dict[str, Any]:
    write_made(folder / "made.csv", 3000)
    return CASES["made"].spec(folder / "made.csv")


def undeclared(folder: Path) -> dict[str, Any]:
    return made(folder) | {"schema": {"columns": [], "uniqueKey": []}}


@pytest.mark.parametrize("table", [dirty, made, undeclared])
def test_both_sides_tell_the_same_of_a_table(tmp_path: Path, table: Any) -> None:
    (tmp_path / "store").mkdir()
    harness, spec = Harness(tmp_path), table(tmp_path)
    theirs = script(spec, tmp_path)
    answer = harness.collect({"namespace": "bench", "name": "rows", "spec": spec})
    ours = harness.report(answer)
    assert (ours["rows"], ours["invalidRows"]) == (theirs["rows"], theirs["invalidRows"])
    assert ours["rules"] == theirs["rules"]
    for own, other in zip(ours["columns"], theirs["columns"], strict=True):
        assert {key: own.get(key) for key in COUNTS} == {key: other.get(key) for key in COUNTS}
        assert own.get("histogram", {}).get("counts") == other.get("histogram")
        for moment in ("min", "max", "mean", "stddev"):
            assert own.get(moment) == other.get(moment) or math.isclose(own[moment], other[moment], rel_tol=1e-9)
    for name, frame in (("data", harness.table(answer)), ("quarantine", harness.quarantine(answer))):
        pd.testing.assert_frame_equal(frame, pd.read_parquet(tmp_path / f"{name}.parquet"))
