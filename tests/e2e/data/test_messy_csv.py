"""The story of docs/data/messy-csv.md: applied as it stands, it prints what the page shows."""

from pathlib import Path

import pandas as pd

from tests.e2e.world import Namespace, kubectl
from tests.story import Story

STORY = Story("messy-csv")


def test_a_csv_as_people_have_it_becomes_rows_that_can_be_trusted(namespace: Namespace, tmp_path: Path) -> None:
    kubectl("apply", "-n", namespace.name, "-f", str(STORY.folder))
    namespace.becomes("dset", "orders")
    (version,) = namespace.status("dset", "orders")["versions"]
    (customers,) = namespace.status("dset", "customers")["versions"]
    assert (version["rows"], version["invalidRows"]) == (56, 4)
    assert version["upstream"] == [{"dataset": "customers", "digest": customers["digest"]}]
    aside = tmp_path / "aside.parquet"
    report = namespace.colonnade("report", "dset/orders", "--quarantined", str(aside))
    assert [_words(report), pd.read_parquet(aside).to_string(index=False)] == STORY.shown


def _words(said: str) -> str:
    """Without the blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in said.strip().splitlines())
