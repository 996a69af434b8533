"""A store that the Jobs themselves filled, behind a cluster as small as a client needs."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from colonnade_access.reading import tables
from colonnade_client import Client
from tests.unit.cli.objects import condition, made
from tests.unit.cli.playground import Playground
from tests.unit.cli.test_store import INFO
from tests.unit.jobs.harness import SCHEMA, Harness, people

Object = dict[str, Any]
RULES = [*SCHEMA["columns"], {"name": "income", "type": "number", "nullable": True, "max": 200_000}]


@pytest.fixture(autouse=True)
def nothing_fetched_yet() -> None:
    """Else a version that another test has proven is at hand already."""
    tables._folder.cache_clear()


@pytest.fixture
def harness(tmp_path: Path) -> Harness:
    return Harness(tmp_path)


@pytest.fixture
def cluster(harness: Harness) -> Iterator[Playground]:
    with Playground(harness.folder / "store").running() as playground:
        playground.add(INFO)
        yield playground


@pytest.fixture
def client(cluster: Playground, tmp_path: Path) -> Client:
    return Client(kubeconfig=str(cluster.kubeconfig(tmp_path)))


@pytest.fixture
def collected(harness: Harness, cluster: Playground) -> Callable[..., Object]:
    """Collects rows by a dataset Job, and stands for the operator that records its answer."""

    def collect(rows: Any = None, **spec: Any) -> Object:
        frame = people() if rows is None else rows
        answer = harness.dataset(frame, **spec)
        version = _in_claim(answer["version"], harness)
        status = {
            "observedGeneration": 1,
            "current": version["digest"],
            "versions": [version],
            "conditions": [condition("Ready", "True", "Collected")],
        }
        found = made("Dataset", "people", {"source": {"upload": {}}}, status)
        cluster.add(found)
        return found

    return collect


def folder(harness: Harness) -> Path:
    """Where the last version lies."""
    return harness.folder / "store" / "datasets" / harness.digest.removeprefix("sha256:")


def _in_claim(version: Object, harness: Harness) -> Object:
    """The addresses as a Job has them that mounts the claim."""
    own = f"file://{harness.folder}/store/"
    return {
        key: value.replace(own, "file:///store/") if isinstance(value, str) else value for key, value in version.items()
    }
