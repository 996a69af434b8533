"""Data never seen before works by manifest alone."""

from pathlib import Path

import pandas as pd
import pytest

from tests.e2e import tables
from tests.e2e.client import Model
from tests.e2e.world import Namespace, dataset, deployment, model_version

TASKS = {
    "two classes from a csv": ("csv", "returned", "Classification", {"country", "price", "note", "ordered"}),
    "three classes from a parquet": ("parquet", "carrier", "Classification", {"price", "note"}),
    "a regression": ("csv", "cost", "Regression", {"price", "note", "country"}),
}


@pytest.mark.parametrize("task", TASKS)
def test_a_table_becomes_a_model_that_answers(namespace: Namespace, router: str, tmp_path: Path, task: str) -> None:
    form, target, kind, features = TASKS[task]
    frame = tables.mixed()
    file = tables.csv(tmp_path, frame) if form == "csv" else tables.parquet(tmp_path, frame)
    namespace.apply(
        dataset("orders"),
        model_version("orders-1", "orders", target, kind, features={"include": sorted(features)}),
        deployment("orders"),
    )
    namespace.push("orders", file)
    namespace.becomes("dset", "orders")
    namespace.becomes("mv", "orders-1")
    namespace.becomes("mdep", "orders")
    answer = Model(router, namespace.name, "orders").ask(_a_row_with_a_hole(frame))
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-colonnade-revision"] == namespace.status("mdep", "orders")["stable"]["revision"]


def test_the_same_spec_and_data_give_the_same_digest(namespace: Namespace, tmp_path: Path) -> None:
    namespace.apply(
        dataset("orders"),
        model_version("orders-1", "orders", "returned"),
        model_version("orders-2", "orders", "returned"),
    )
    namespace.push("orders", tables.csv(tmp_path, tables.mixed()))
    for name in ("orders-1", "orders-2"):
        namespace.becomes("mv", name)
    assert namespace.status("mv", "orders-1")["digest"] == namespace.status("mv", "orders-2")["digest"]


def _a_row_with_a_hole(frame: pd.DataFrame) -> dict[str, object]:
    row = {str(name): value for name, value in frame.iloc[0].items()}
    return {**row, "price": None, "country": None}
