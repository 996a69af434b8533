"""The story of docs/data/messy-csv.md, as its manifests stand, from a real web server: what the page prints is true."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.story import Story, reported, served
from tests.unit.jobs.harness import Answer, Harness

STORY = Story("messy-csv")


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Of a web server that has the story's files."""
    with served(STORY.manifest("ConfigMap", "shop-files")["data"], tmp_path / "files") as found:
        yield f"{found}/"


@pytest.fixture
def orders(harness: Harness, address: str) -> Answer:
    """The answer of the Dataset `orders`."""
    customers = harness.collect({"namespace": "shop", "name": "customers", "spec": spec("customers", address)})
    told = {"customers": customers["version"]["digest"]}
    return harness.collect({"namespace": "shop", "name": "orders", "spec": spec("orders", address), "upstream": told})


def spec(name: str, address: str) -> dict[str, Any]:
    wanted: dict[str, Any] = json.loads(json.dumps(STORY.spec(name)).replace("http://shop-files/", address))
    return wanted


def test_the_page_shows_the_report_and_the_rows_set_aside_as_they_are(harness: Harness, orders: Answer) -> None:
    assert STORY.shown == [reported(harness, orders, "orders"), harness.quarantine(orders).to_string(index=False)]


def test_the_page_shows_the_spec_as_it_is_applied() -> None:
    applied = STORY.spec("orders")
    assert STORY.specs == [{key: applied[key] for key in ("source", "cleaning", "validation")}]


def test_the_rows_that_stay_are_those_of_plain_pandas(harness: Harness, orders: Answer, address: str) -> None:
    frame = pd.read_csv(f"{address}orders.csv", sep=";", skiprows=1, dtype=str, na_values=["n/a", "k.A.", "-"])
    frame = frame.drop_duplicates().astype({"Order": "int64"})
    frame["Country"] = frame["Country"].str.strip().replace("de", "DE")
    for column in ("Ordered", "Shipped"):
        frame[column] = pd.to_datetime(frame[column], format="%d.%m.%Y")
    frame = frame[frame["Amount"] != "offen"]
    frame["Amount"] = (
        frame["Amount"].str.replace(".", "", regex=False).str.replace(",", ".", regex=False).astype("float64")
    )
    known = pd.read_csv(f"{address}customers.csv", sep=";")["Customer"]
    frame = frame[~(frame["Shipped"] < frame["Ordered"]) & frame["Customer"].isin(known)]
    middle = frame["Amount"].median()
    spread = 1.4826 * (frame["Amount"] - middle).abs().median()
    frame = frame[~((frame["Amount"] - middle).abs() > 10 * spread)]
    found = harness.table(orders)
    pd.testing.assert_frame_equal(found, frame.reset_index(drop=True), check_dtype=False)
