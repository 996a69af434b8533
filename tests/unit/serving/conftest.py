from collections.abc import Iterator
from pathlib import Path

import boto3
import numpy as np
import pytest
from moto.server import ThreadedMotoServer

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


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """A real S3 endpoint, moto's server; its URL."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in which s3://bucket exists."""
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
    for name, value in (keys | {"AWS_ENDPOINT_URL": s3_endpoint}).items():
        monkeypatch.setenv(name, value)
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="bucket")
