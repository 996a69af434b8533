"""The story of docs/data/personal-data.md, by Jobs on its own files; no cluster: a Secret is a file to a Job."""

import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pandas as pd
import pytest
import yaml

from colonnade_jobs.errors import PermanentError
from tests.documented import REPOSITORY
from tests.unit.jobs.harness import Answer, Harness

STORY = REPOSITORY / "examples/data/personal-data"
SHOWN = re.findall(r"```text\n(.*?)\n```", (REPOSITORY / "docs/data/personal-data.md").read_text(), re.DOTALL)


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """These tests bring all that they need; the cluster that the other end-to-end tests ask for isn't among it."""


def manifest(kind: str, name: str) -> Any:
    documents = [one for path in sorted(STORY.glob("*.yaml")) for one in yaml.safe_load_all(path.read_text())]
    return next(one for one in documents if (one["kind"], one["metadata"]["name"]) == (kind, name))


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "served"
    folder.mkdir()
    for name, text in manifest("ConfigMap", "clinic-files")["data"].items():
        (folder / name).write_text(text)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def harness(tmp_path: Path) -> Harness:
    (tmp_path / "pseudonyms").mkdir()
    key = manifest("Secret", "people")["stringData"]["pseudonyms"]
    (tmp_path / "pseudonyms" / "key").write_text(key)
    return Harness(tmp_path)


def collected(harness: Harness, name: str, address: str) -> Answer:
    spec = manifest("Dataset", name)["spec"]
    spec["source"]["storageUri"] = spec["source"]["storageUri"].replace("http://clinic-files", address)
    return harness.collect({"namespace": "default", "name": name, "spec": spec})


def test_a_table_of_people_is_refused_until_it_is_protected(harness: Harness, address: str) -> None:
    with pytest.raises(PermanentError) as refused:
        collected(harness, "visits-as-they-came", address)
    assert refused.value.reason == "PersonalDataFound"
    answer = collected(harness, "visits", address)
    table = harness.table(answer)
    assert [refused.value.message, answer["version"]["protected"], table.head(5).to_string(index=False)] == SHOWN
    assert table.groupby(["zip", "age"]).size().min() >= 4
    assert table.groupby(["zip", "age"])["diagnosis"].nunique().min() >= 2
    came = pd.read_csv(f"{address}/visits.csv", dtype=str)
    stored = table.to_csv() + harness.fetched(answer["version"]["reportUri"]).read_text()
    for column in ("patient", "name", "mail", "born"):
        assert not [value for value in came[column] if value in stored]
