"""Digests of plain tables, taken before reading was written anew: what was read right is read the same for ever.

A digest that changes here renames the versions of everybody's tables. Only a table that was read wrong may change.
"""

import json
from pathlib import Path

import pytest

from tests.unit.jobs.data import plain_tables
from tests.unit.jobs.harness import Harness

DIGESTS: dict[str, str] = json.loads((Path(__file__).parent / "plain_tables.json").read_text())


@pytest.mark.parametrize("name", plain_tables.TABLES)
def test_a_plain_table_keeps_its_digest(harness: Harness, name: str) -> None:
    answer = harness.dataset(f"file://{plain_tables.write(name, harness.folder)}")
    assert answer["version"]["digest"] == DIGESTS[name]


@pytest.mark.parametrize("name", plain_tables.SCHEMAS)
def test_a_plain_table_keeps_its_digest_under_a_schema(harness: Harness, name: str) -> None:
    source = f"file://{plain_tables.write(name, harness.folder)}"
    answer = harness.dataset(source, schema=plain_tables.SCHEMAS[name], validation={"maxInvalidFraction": 1})
    assert answer["version"]["digest"] == DIGESTS[f"{name} under a schema"]


def test_flights_as_parquet_keep_their_digest(harness: Harness) -> None:
    answer = harness.dataset(f"file://{plain_tables.write_parquet(harness.folder)}")
    assert answer["version"]["digest"] == DIGESTS["flights.parquet"]
