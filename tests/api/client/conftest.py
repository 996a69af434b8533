from pathlib import Path

import pytest

from colonnade_client import Client


@pytest.fixture
def client(kubeconfig: Path, namespace: str) -> Client:
    return Client(namespace, kubeconfig=str(kubeconfig))
