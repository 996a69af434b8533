"""The story of docs/data/personal-data.md, by Jobs on its own files; no cluster: a Secret is a file to a Job."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from colonnade_jobs.errors import PermanentError
from tests.story import Story, served
from tests.unit.jobs.harness import Answer, Harness

STORY = Story("personal-data")


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """These tests bring all that they need; the cluster that the other end-to-end tests ask for isn't among it."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    with served(STORY.manifest("ConfigMap", "clinic-files")["data"], tmp_path / "served") as found:
        yield found


@pytest.fixture
def harness(tmp_path: Path) -> Harness:
    (tmp_path / "pseudonyms").mkdir()
    key = STORY.manifest("Secret", "people")["stringData"]["pseudonyms"]
    (tmp_path / "pseudonyms" / "key").write_text(key)
    return Harness(tmp_path)


def collected(harness: Harness, name: str, address: str) -> Answer:
    spec = STORY.spec(name)
    spec["source"]["storageUri"] = spec["source"]["storageUri"].replace("http://clinic-files", address)
    return harness.collect({"namespace": "default", "name": name, "spec": spec})


def test_a_table_of_people_is_refused_until_it_is_protected(harness: Harness, address: str) -> None:
    with pytest.raises(PermanentError) as refused:
        collected(harness, "visits-as-they-came", address)
    assert refused.value.reason == "PersonalDataFound"
    answer = collected(harness, "visits", address)
    table = harness.table(answer)
    assert [refused.value.message, answer["version"]["protected"], table.head(5).to_string(index=False)] == STORY.shown
    assert table.groupby(["zip", "age"]).size().min() >= 4
    assert table.groupby(["zip", "age"])["diagnosis"].nunique().min() >= 2
    came = pd.read_csv(f"{address}/visits.csv", dtype=str)
    stored = table.to_csv() + harness.fetched(answer["version"]["reportUri"]).read_text()
    for column in ("patient", "name", "mail", "born"):
        assert not [value for value in came[column] if value in stored]
