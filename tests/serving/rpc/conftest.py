from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving.process import Served, serving
from tests.serving.rpc.client import Client, client


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory, logistic: Path) -> Iterator[Served]:
    """A server of the logistic model, whose HTTP port speaks gRPC too."""
    with serving(tmp_path_factory.mktemp("rpc"), str(logistic), "--max-body-bytes=8388608") as served:
        yield served


@pytest.fixture
def rpc(served: Served) -> Iterator[Client]:
    with client(served.port) as found:
        yield found
