"""The script that the Job is measured against does the Job's work: what both tell of a table is the same."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from colonnade_jobs.formatting import rounded
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
ALIKE = {"kAnonymity": {"quasiIdentifiers": ["age", "city"], "k": 3}}
MOVED = 0.1
COUNTS = ("name", "type", "nulls", "distinct", "top")


def script(spec: dict[str, Any], folder: Path, *previous: Path) -> dict[str, Any]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return Script(connection, spec, folder, *previous).run()


def dirty(folder: Path) -> dict[str, Any]:
    path = folder / "dirty.csv"
    path.write_text(DIRTY)
    return Case("dirty.csv", lambda _: None, MADE, ["id"], rules=MADE_RULES).spec(path)


def made(folder: Path) -> dict[str, Any]:
    write_made(folder / "made.csv", 3000)
    return CASES["made"].spec(folder / "made.csv")


def undeclared(folder: Path) -> dict[str, Any]:
    return made(folder) | {"schema": {"columns": [], "uniqueKey": []}}


def assert_equal(harness: Harness, answer: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Both sides' reports and tables; returns ours."""
    ours = harness.report(answer)
    assert (ours["rows"], ours["invalidRows"]) == (theirs["rows"], theirs["invalidRows"])
    assert [{key: own[key] for key in own if key != "trend"} for own in ours["rules"]] == theirs["rules"]
    for own, other in zip(ours["columns"], theirs["columns"], strict=True):
        assert {key: own.get(key) for key in COUNTS} == {key: other.get(key) for key in COUNTS}
        assert own.get("histogram", {}).get("counts") == other.get("histogram")
        for moment in ("min", "max", "mean", "stddev"):
            assert own.get(moment) == other.get(moment) or math.isclose(own[moment], other[moment], rel_tol=1e-9)
    for name, frame in (("data", harness.table(answer)), ("quarantine", harness.quarantine(answer))):
        pd.testing.assert_frame_equal(frame, pd.read_parquet(harness.folder / f"{name}.parquet"))
    return ours


@pytest.mark.parametrize("table", [dirty, made, undeclared])
def test_both_sides_tell_the_same_of_a_table(tmp_path: Path, table: Any) -> None:
    (tmp_path / "store").mkdir()
    harness, spec = Harness(tmp_path), table(tmp_path)
    theirs = script(spec, tmp_path)
    answer = harness.collect({"namespace": "bench", "name": "rows", "spec": spec})
    assert_equal(harness, answer, theirs)


def test_both_sides_tell_the_same_beyond_rows(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    harness, case = Harness(tmp_path), replace(CASES["all checks"], privacy=ALIKE)
    write_made(tmp_path / "before.parquet", 3000, seed=14, oldest=90)
    write_made(tmp_path / "now.parquet", 3000)
    job = {"namespace": "bench", "name": "rows", "spec": case.spec(tmp_path / "before.parquet")}
    before = harness.collect(job)
    previous = harness.fetched(before["version"]["reportUri"]).parent / "data.parquet"
    spec = case.spec(tmp_path / "now.parquet")
    theirs = script(spec, tmp_path, previous)
    answer = harness.collect(job | {"spec": spec, "previous": before["version"]["digest"]})
    ours = assert_equal(harness, answer, theirs)
    assert ours["privacy"]["suppressedRows"] == theirs["suppressed"] > 0
    assert sum(rule["rows"] for rule in theirs["rules"] if "outlier" in rule["rule"]) > 0
    moved = {name: index for name, (index, _) in theirs["drifts"].items() if index >= MOVED}
    (finding,) = (one["message"] for one in ours["findings"] if one["reason"] == "Drifted")
    assert f"{len(moved)} of {len(theirs['drifts'])} columns moved" in finding
    assert all(f"{name} (PSI {rounded(index, 3)})" in finding for name, index in moved.items())
