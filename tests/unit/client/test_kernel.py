"""A real Jupyter kernel, with the event loop that it runs already."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from tests.unit.cli.playground import Playground
from tests.unit.jobs.harness import SCHEMA

REPOSITORY = Path(__file__).resolve().parents[3]
CELLS = (
    "from colonnade_client import Client\nclient = Client(kubeconfig={path!r})",
    'people = client.dataset("people")\npeople',
    'people.version().to_pandas()[["age", "city"]].describe()',
    "people.report()",
    "import asyncio\nawait asyncio.sleep(0)\npeople.version().to_arrow().num_rows",
)


def run(notebook: Any) -> list[str]:
    """What each cell shows: HTML where there is any."""
    NotebookClient(notebook, timeout=120).execute()
    shown = []
    for cell in notebook.cells:
        results = [output["data"] for output in cell["outputs"] if output["output_type"] == "execute_result"]
        assert not [output for output in cell["outputs"] if output["output_type"] == "stream"], cell["outputs"]
        shown.append(results[0].get("text/html") or results[0]["text/plain"] if results else "")
    return shown


def test_objects_are_shown_as_a_notebook_shows_them(
    collected: Callable[..., Any], cluster: Playground, client: Any, tmp_path: Path
) -> None:
    collected(schema=SCHEMA)
    path = str(tmp_path / "kubeconfig")
    cells = [nbformat.v4.new_code_cell(each.format(path=path) if "{path" in each else each) for each in CELLS]
    _, dataset, described, report, rows = run(nbformat.v4.new_notebook(cells=cells))
    assert "Dataset default/people" in dataset
    assert "<th>age</th>" in described
    assert "Report of people" in report
    assert rows == "400"


def test_the_examples_notebook_is_one() -> None:
    for path in (REPOSITORY / "examples").rglob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        assert not [cell for cell in notebook.cells if cell.get("outputs")], f"{path}: what it printed is in it"
