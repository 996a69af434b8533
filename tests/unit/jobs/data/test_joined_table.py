"""The story of docs/data/joined-table.md by its manifests and a real web server: what the page prints is true."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.story import Story, reported, served
from tests.unit.jobs.harness import Answer, Harness

STORY = Story("joined-table")
SHOWN = ["scheduled", "carrier", "flight", "origin", "dep_delay", "temp", "visib", "departures_before", "delay_before"]
FILES = STORY.manifest("ConfigMap", "airport-files")["data"]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    with served(FILES, tmp_path / "files") as address:
        yield address


@pytest.fixture
def made(harness: Harness, address: str) -> dict[str, Answer]:
    """The answers of the four Datasets, each after those that it is made of."""
    answers: dict[str, Answer] = {}
    for name in ("flights", "weather", "hours", "flights-weather"):
        spec = json.loads(json.dumps(STORY.spec(name)).replace("http://airport-files", address))
        asked = [each["name"] for each in spec["source"].get("query", {}).get("datasets", [])]
        upstream = {one: answers[one]["version"]["digest"] for one in asked}
        answers[name] = harness.collect({"namespace": "air", "name": name, "spec": spec, "upstream": upstream})
    return answers


def test_the_page_shows_the_report_and_the_rows_as_they_are(harness: Harness, made: dict[str, Answer]) -> None:
    answer = made["flights-weather"]
    rows = harness.table(answer)[SHOWN].iloc[40:46].to_string(index=False)
    assert STORY.shown == [reported(harness, answer, "flights-weather"), rows]


def test_the_page_shows_the_query_as_it_is_applied() -> None:
    applied = STORY.spec("flights-weather")
    assert STORY.specs == [{"source": applied["source"]}]


def test_the_joined_rows_are_those_of_plain_pandas(
    harness: Harness, made: dict[str, Answer], address: str, tmp_path: Path
) -> None:
    flights = pd.read_csv(tmp_path / "files/flights.csv", parse_dates=["scheduled"])
    weather = pd.read_csv(tmp_path / "files/weather.csv", parse_dates=["hour"])
    hours = flights.groupby(["origin", "scheduled"]).agg(
        departures_before=("carrier", "size"), delay_before=("dep_delay", "mean")
    )
    before = hours.reset_index()
    before["scheduled"] += pd.Timedelta(hours=1)
    weather = weather.rename(columns={"hour": "scheduled"})
    joined = flights.merge(weather, how="left", on=["origin", "scheduled"])
    joined = joined.merge(before, how="left", on=["origin", "scheduled"])
    joined = joined.sort_values(["scheduled", "carrier", "flight", "origin"], ignore_index=True)
    joined["scheduled"] = joined["scheduled"].dt.tz_localize(None)
    found = harness.table(made["flights-weather"])
    assert found.columns.tolist() == joined.columns.tolist()
    assert (len(found), joined["delay_before"].isna().sum()) == (124, 26)
    np.testing.assert_allclose(found.pop("delay_before"), joined.pop("delay_before"), rtol=1e-12)
    pd.testing.assert_frame_equal(found, joined, check_dtype=False)


def test_a_join_that_makes_two_rows_of_one_is_seen_by_the_key(harness: Harness, made: dict[str, Answer]) -> None:
    spec = STORY.spec("flights-weather")
    query = spec["source"]["query"]
    both = query | {"statement": query["statement"].replace("AND w.hour = f.scheduled", "")}
    job = {"namespace": "air", "name": "flights-weather", "spec": spec | {"source": {"query": both}}}
    digests = {each["name"]: made[each["name"]]["version"]["digest"] for each in query["datasets"]}
    answer = harness.collect(job | {"upstream": digests})
    assert answer["outcome"] == "Invalid"
    assert "most: carrier, flight, origin, scheduled repeated" in answer["message"]
