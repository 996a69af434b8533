"""examples/notebook, run by a real Jupyter kernel on what the quickstart makes."""

import os
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
import yaml
from nbclient import NotebookClient

from demo.flights import write_flights
from tests.e2e.world import Namespace, kubeconfig

EXAMPLES = Path("examples")
MANIFESTS = ("10-dataset.yaml", "20-model-v1.yaml", "30-deployment.yaml")
ROWS = 40_000


@pytest.fixture
def quickstart(namespace: Namespace, tmp_path: Path) -> Namespace:
    """Its objects as they stand, on a part of its rows."""
    for name in MANIFESTS:
        namespace.apply(*yaml.safe_load_all((EXAMPLES / "quickstart" / name).read_text()))
    whole = Path("build/demo/flights.parquet")
    rows = pd.read_parquet(whole if whole.exists() else write_flights(whole.parent))
    part = tmp_path / "flights.parquet"
    rows.sample(ROWS, random_state=7).to_parquet(part)
    namespace.push("flights", part)
    namespace.becomes("mdep", "flights-late")
    return namespace


def shown(cell: Any) -> str:
    """What a person sees of it."""
    results = [output["data"] for output in cell["outputs"] if output["output_type"] == "execute_result"]
    return "".join(each.get("text/html") or each["text/plain"] for each in results)


def test_rows_are_read_a_model_is_trained_and_its_deployment_asked(quickstart: Namespace, tmp_path: Path) -> None:
    notebook = nbformat.read(EXAMPLES / "notebook" / "flights.ipynb", as_version=4)
    environment = os.environ | {"KUBECONFIG": str(kubeconfig(quickstart.name, tmp_path))}
    environment.pop("KUBERNETES_SERVICE_HOST", None)
    NotebookClient(notebook, timeout=300).execute(env=environment)
    seen = {cell["source"].splitlines()[-1]: shown(cell) for cell in notebook.cells if cell["cell_type"] == "code"}
    assert quickstart.name in seen["client"]
    digest = quickstart.status("dset", "flights")["current"]
    assert digest in seen["flights"]
    assert "Report of flights" in seen["flights.report()"]
    trained = quickstart.get("mv", "flights-late-2")
    assert trained["status"]["dataset"]["digest"] == digest
    assert "flights-late-2" in seen["trained"]
    assert "<iframe" in seen["trained.card()"]
    assert "probabilities_1" in seen["answers.head()"]
    assert "errors" in seen['client.monitor("flights-late")']
