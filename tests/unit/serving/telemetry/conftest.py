from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from colonnade_serving.loading import Model, Source, load
from colonnade_serving.telemetry import Metrics, Observer
from tests.unit.serving import models

EDGES = [float(np.float32(edge)) for edge in (0.2, 0.4, 0.6, 0.8)]
FROZEN = {"edges": EDGES, "counts": [1, 1, 1, 1, 1], "missing": 0}


def loaded(model: Path, inputs: dict[str, np.ndarray], folder: Path, **fields: Any) -> Model:
    models.bundled(model, inputs, folder, **fields)
    return load(Source(str(folder)), folder / "cache")


@pytest.fixture(scope="session")
def matrix(logistic: Path, tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Classes 0 and 1 by a matrix X of three columns, of which the first two have bins."""
    columns = {"X[0]": FROZEN, "X[1]": FROZEN | {"min": 0.1, "max": 0.9}}
    golden = {"X": np.array([[0.1, 0.2, 0.3]], np.float32)}
    scores = {"edges": [0.5], "counts": [1, 1]}
    return loaded(logistic, golden, tmp_path_factory.mktemp("m"), features=columns, scores=scores, classes=[0, 1])


@pytest.fixture(scope="session")
def flights(late_flights: Path, tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Classes "in time" and "late" by a carrier and a delay, as our own training writes bundles."""
    golden = {"carrier": np.array([["AA"]], object), "delay": np.array([[0.9]], np.float32)}
    features = {
        "carrier": {"categories": models.CARRIERS, "counts": [40, 40, 40, 0], "missing": 0},
        "delay": FROZEN | {"protected": True},
    }
    return loaded(late_flights, golden, tmp_path_factory.mktemp("f"), features=features, classes=["in time", "late"])


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def observer(matrix: Model, metrics: Metrics) -> Iterator[Observer]:
    observer = Observer(matrix, metrics)
    yield observer
    observer.close()


def rows(count: int, seed: int = 0) -> np.ndarray:
    """Inputs of the matrix model, shape (count, 3)."""
    return np.random.default_rng(seed).random((count, 3), np.float32)
