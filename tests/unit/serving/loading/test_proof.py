"""Distinct rows, alone and together, before a model answers."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from colonnade_serving.engine import Engine
from colonnade_serving.loading.proof import proof
from tests.unit.serving.batching.tasks import doubled
from tests.unit.serving.graph.mixing import MIXING


@pytest.mark.parametrize("build", MIXING)
def test_random_rows_find_out_what_mixes_rows(build: Callable[[Path], Path], tmp_path: Path):
    found = proof(Engine(build(tmp_path / "model.onnx"), 1), {}, 64)
    assert found is not None
    assert found.why.startswith("output Y of random rows differs alone and in a batch of ")


def test_what_treats_rows_apart_is_not_accused(logistic: Path, late_flights: Path):
    assert proof(Engine(logistic, 1), {}, 64) is None
    golden = {"carrier": np.array([["AA"], ["DL"]], object), "delay": np.array([[0.1], [0.9]], np.float32)}
    assert proof(Engine(late_flights, 1), golden, 64) is None


def test_a_model_that_takes_no_random_row_is_not_accused(late_flights: Path):
    assert proof(Engine(late_flights, 1), {}, 64) is None


def test_golden_rows_are_mixed_into_distinct_ones_that_are_as_plausible(late_flights: Path):
    engine, taken = Engine(late_flights, 1), []
    infer = engine.infer

    class Watched:
        inputs = engine.inputs

        def infer(self, row):
            taken.append(row)
            return infer(row)

    golden = {"carrier": np.array([["AA"], ["DL"]], object), "delay": np.array([[0.1], [0.9]], np.float32)}
    proof(Watched(), golden, 64)  # type: ignore[arg-type]
    together = [row for row in taken if len(row["delay"]) > 1]
    assert {carrier for row in together for carrier in row["carrier"].ravel()} == {"AA", "DL"}
    assert all(len(np.unique(row["delay"])) == len(row["delay"]) for row in together)
    assert len(together[-1]["delay"]) == 33


def test_rows_of_any_length_are_drawn_alike(tmp_path: Path):
    assert proof(Engine(doubled(tmp_path / "model.onnx"), 1), {}, 64) is None
