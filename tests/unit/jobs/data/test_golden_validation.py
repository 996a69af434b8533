"""Digests that were told before: a table that was checked and cleaned right keeps its name, whoever computes it."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.unit.jobs.harness import SCHEMA, Harness, people

LENIENT = {"onInvalid": "Quarantine", "maxInvalidFraction": 1}
AGE = {"name": "age", "type": "number", "max": 120}
CITY = {"name": "city", "type": "category", "allowed": ["Bern", "Chur"]}
ROWS = "id,age,city\n1,20,Bern\n2,,Genf\n3,200,Bern\n4,x,Chur\n1,30,Bern\n5, 31, Bern\n1,300,Bern\n"
KINDS = "n,x,b,d,c\n1,0.5,true,2024-01-01,a\n2,,false,2024-02-29,b\n3,-1e300,,,\n1,0.5,true,2024-01-01,a\n"
TYPED = [
    {"name": "n", "type": "integer", "min": 1, "max": 2},
    {"name": "x", "type": "number", "nullable": True, "min": -1.5},
    {"name": "b", "type": "boolean", "nullable": True},
    {"name": "d", "type": "date", "nullable": True},
    {"name": "c", "type": "string", "nullable": True, "pattern": "^[ab]$"},
]


def fill(column: str, strategy: str, **value: str) -> dict[str, Any]:
    return {"fillMissing": {"column": column, "strategy": strategy} | value}


def rounded() -> pd.DataFrame:
    """Numbers of two decimals, of which every third is missing."""
    cents = np.random.default_rng(5).integers(-(10**9), 10**9, 3000)
    return pd.DataFrame({"n": np.arange(3000), "x": np.where(np.arange(3000) % 3, cents / 100, np.nan)})


GOLDEN: dict[str, tuple[Any, dict[str, Any], str]] = {
    "rules": (ROWS, {"schema": {"columns": [AGE, CITY], "uniqueKey": ["id"]}}, "eba5008c066d7c49"),
    "trimmed rules": (
        ROWS,
        {"schema": {"columns": [AGE, CITY], "uniqueKey": ["id"]}, "cleaning": [{"trim": {}}]},
        "5561d73396c4f1ab",
    ),
    "kinds": (KINDS, {}, "3d7e1accb9b4acf9"),
    "kinds declared": (KINDS, {"schema": {"columns": TYPED}}, "c2dd85d6dfc2f173"),
    "no duplicates": (KINDS, {"cleaning": [{"dropDuplicates": {}}]}, "d04bfb50309e9c07"),
    "no duplicates by one": (
        "a,b\n1,x\n1,y\n2,z\n",
        {"cleaning": [{"dropDuplicates": {"columns": ["a"]}}]},
        "92a073ef169122e4",
    ),
    "trimmed": ('n,c\n1," x "\n2,x\n2, x\n', {"cleaning": [{"trim": {}}, {"dropDuplicates": {}}]}, "62db8c8c2476dcb6"),
    "mode": (KINDS, {"cleaning": [fill("c", "mode"), fill("b", "mode"), fill("d", "mode")]}, "2195013396b771a5"),
    "constants": (
        KINDS,
        {"cleaning": [fill("c", "constant", value="z"), fill("x", "constant", value="7")]},
        "e57924acdd922014",
    ),
    "median": (KINDS, {"cleaning": [fill("x", "median")]}, "f88e0e3f517ac9e4"),
    "mean of cents": (rounded(), {"cleaning": [fill("x", "mean")]}, "2e6a253a69d8c8d2"),
    "mean of integers": (
        "a,b\n1,\n,2\n3,3\n4,4\n",
        {"cleaning": [fill("a", "mean"), fill("b", "median")]},
        "e2f0eda04d7e569f",
    ),
    "people": (people(), {"schema": SCHEMA}, "473a249c771d7205"),
    "people split": (people(), {"split": {"test": 0.3, "stratifyBy": "grade", "seed": 9}}, "24d777f3f2fdf445"),
}


@pytest.mark.parametrize(("rows", "spec", "digest"), GOLDEN.values(), ids=GOLDEN)
def test_a_digest_that_was_told_stays(harness: Harness, rows: Any, spec: dict[str, Any], digest: str) -> None:
    answer = harness.dataset(rows, validation=LENIENT, **spec)
    assert answer["version"]["digest"].removeprefix("sha256:")[:16] == digest
