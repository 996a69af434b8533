"""The story of docs/data/messy-csv.md, as its manifests stand, from a real web server: what the page prints is true."""

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from colonnade.cli.terminal import plain
from colonnade.cli.views.report import report_of
from colonnade_api import DatasetVersion
from tests.unit.jobs.harness import Answer, Harness

REPOSITORY = Path(__file__).parents[4]
PAGE = (REPOSITORY / "docs/data/messy-csv.md").read_text()
MANIFESTS: dict[str, dict[str, Any]] = {
    f"{each['kind']}/{each['metadata']['name']}": each
    for path in sorted((REPOSITORY / "examples/data/messy-csv").glob("*.yaml"))
    for each in yaml.safe_load_all(path.read_text())
}
SERVER = "http://shop-files/"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Of a web server that has the story's files."""
    folder = tmp_path / "files"
    folder.mkdir()
    for name, text in MANIFESTS["ConfigMap/shop-files"]["data"].items():
        (folder / name).write_text(text)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def orders(harness: Harness, address: str) -> Answer:
    """The answer of the Dataset `orders`."""
    customers = harness.collect({"namespace": "shop", "name": "customers", "spec": spec("customers", address)})
    told = {"customers": customers["version"]["digest"]}
    return harness.collect({"namespace": "shop", "name": "orders", "spec": spec("orders", address), "upstream": told})


def spec(name: str, address: str) -> dict[str, Any]:
    wanted: dict[str, Any] = MANIFESTS[f"Dataset/{name}"]["spec"]
    place = wanted["source"]["storageUri"]
    assert place.startswith(SERVER)
    return wanted | {"source": wanted["source"] | {"storageUri": address + place.removeprefix(SERVER)}}


def test_the_page_shows_the_report_and_the_rows_set_aside_as_they_are(harness: Harness, orders: Answer) -> None:
    report = plain(report_of(harness.report(orders), "orders", DatasetVersion.model_validate(orders["version"])))
    shown = re.findall(r"```text\n(.*?)\n```", PAGE, re.DOTALL)
    assert shown == [report, harness.quarantine(orders).to_string(index=False)]


def test_the_page_shows_the_spec_as_it_is_applied() -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    applied = MANIFESTS["Dataset/orders"]["spec"]
    assert yaml.safe_load(shown) == {key: applied[key] for key in ("source", "cleaning", "validation")}


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
