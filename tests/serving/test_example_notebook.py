"""examples/notebook in a real Jupyter kernel: real Jobs fill the store and train, a real server answers.

Only the operator, which carries their answers into statuses, is played.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
import yaml
from nbclient import NotebookClient

from demo.flights import write_flights
from tests.serving.process import Served, serving
from tests.serving.test_notebooks import router_pod
from tests.unit.cli.objects import condition, deployment, made, policy
from tests.unit.cli.playground import Playground
from tests.unit.cli.test_store import INFO
from tests.unit.jobs.harness import Harness

REPOSITORY = Path(__file__).resolve().parents[2]
QUICKSTART = REPOSITORY / "examples" / "quickstart"
ROUTED = "/namespaces/default/deployments/flights-late"
ROWS = 20_000
ADDRESSES = ("reportUri", "quarantineUri")
Object = dict[str, Any]


def spec(name: str) -> Object:
    found: Object = yaml.safe_load((QUICKSTART / name).read_text())["spec"]
    return found


@dataclass
class Trains(Playground):
    """A ModelVersion that is made is trained at once."""

    harness: Harness | None = None

    def _create(self, path: str, body: Object) -> Object:
        if body["kind"] != "ModelVersion":
            return super()._create(path, body)
        assert self.harness
        answer = self.harness.make(body["spec"])
        assert answer["outcome"] == "Trained", answer
        status = {
            "observedGeneration": 1,
            "digest": answer["digest"],
            "artifactUri": in_claim(answer["artifactUri"], self.harness),
            "metrics": answer["metrics"],
            "lineage": answer["lineage"],
            "dataset": {"name": "flights", "digest": self.harness.digest},
            "conditions": [condition("Ready", "True", "Ready")],
        }
        item = made("ModelVersion", body["metadata"]["name"], body["spec"], status)
        self.add(item)
        return item


def in_claim(uri: str, harness: Harness) -> str:
    """As a Job has it that mounts the claim."""
    return uri.replace(f"file://{harness.folder}/store/", "file:///store/")


@pytest.fixture
def harness(tmp_path: Path) -> Harness:
    return Harness(tmp_path)


@pytest.fixture
def dataset(harness: Harness, tmp_path: Path) -> Object:
    """The quickstart's, of a part of its rows."""
    whole = REPOSITORY / "build" / "demo" / "flights.parquet"
    rows = pd.read_parquet(whole if whole.exists() else write_flights(tmp_path))
    wanted = spec("10-dataset.yaml")
    found = harness.dataset(rows.sample(ROWS, random_state=7), schema=wanted["schema"], split=wanted["split"])
    version = found["version"] | {name: in_claim(found["version"][name], harness) for name in ADDRESSES}
    ready = [condition("Ready", "True", "Collected")]
    status = {"observedGeneration": 1, "current": version["digest"], "versions": [version], "conditions": ready}
    return made("Dataset", "flights", wanted, status)


@pytest.fixture
def served(harness: Harness, dataset: Object, tmp_path: Path) -> Iterator[Served]:
    """Its first version, where the router has it."""
    answer = harness.make(spec("20-model-v1.yaml"))
    bundle = harness.fetched(answer["artifactUri"])
    with serving(tmp_path, str(bundle), "--name=flights-late", f"--root-path={ROUTED}") as server:
        yield server


@pytest.fixture
def cluster(harness: Harness, dataset: Object, served: Served) -> Iterator[Playground]:
    signals = [{"name": "errors", "result": "Pass", "value": 0.0, "limit": 0.01, "samples": 204}]
    measured = {"observedGeneration": 1, "targets": [{"deployment": "flights-late", "signals": signals}]}
    watching = policy() | {"status": measured}
    watching["metadata"]["name"] = "flights-late"
    with Trains(harness.folder / "store", harness=harness).running() as playground:
        playground.add(INFO, dataset, deployment(), watching, router_pod(served.port))
        yield playground


def shown(cell: Any) -> str:
    """What a person sees of it."""
    results = [output["data"] for output in cell["outputs"] if output["output_type"] == "execute_result"]
    return "".join(each.get("text/html") or each["text/plain"] for each in results)


def test_the_notebook_runs_from_its_first_cell_to_its_last(
    cluster: Playground, harness: Harness, tmp_path: Path
) -> None:
    environment = os.environ | {"KUBECONFIG": str(cluster.kubeconfig(tmp_path))}
    environment.pop("KUBERNETES_SERVICE_HOST", None)
    notebook = nbformat.read(REPOSITORY / "examples" / "notebook" / "flights.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300).execute(env=environment)
    seen = {cell["source"].splitlines()[-1]: shown(cell) for cell in notebook.cells if cell["cell_type"] == "code"}
    assert harness.digest in seen["flights"]
    assert "Report of flights" in seen["flights.report()"]
    assert "ModelVersion default/flights-late-1" in seen["trained"]
    assert "Metric(value=0.9" in seen['trained.metrics["roc_auc"]']
    assert "<iframe" in seen["trained.card()"]
    assert "<th>probabilities_1</th>" in seen["answers.head()"]
    assert "errors" in seen['client.monitor("flights-late")']
    assert all(seen.values()), "a cell shows nothing"
