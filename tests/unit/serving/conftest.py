from pathlib import Path

import numpy as np
import pytest

from tests.unit.serving import models

GOLDEN = {"X": np.array([[0.1, 0.2, 0.3], [0.9, 0.8, 0.7]], np.float32)}


@pytest.fixture(scope="session")
def logistic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return models.logistic(tmp_path_factory.mktemp("models") / "logistic.onnx")


@pytest.fixture(scope="session")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return models.neighbours(tmp_path_factory.mktemp("models") / "neighbours.onnx")


@pytest.fixture(scope="session")
def late_flights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return models.late_flights(tmp_path_factory.mktemp("models") / "late_flights.onnx")


@pytest.fixture
def bundle(logistic: Path, tmp_path: Path) -> tuple[Path, str]:
    """A bundle of the logistic model, and its digest."""
    return tmp_path / "bundle", models.bundled(logistic, GOLDEN, tmp_path / "bundle")
