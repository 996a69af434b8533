"""A namespace for each test, at the API server that the whole run shares."""

import uuid

import pytest
from kubernetes import client

from tests.api.objects import Objects
from tests.harness.apiserver import api, kubeconfig

__all__ = ["api", "kubeconfig"]


@pytest.fixture
def namespace(api: client.ApiClient) -> str:
    name = f"t-{uuid.uuid4().hex[:8]}"
    client.CoreV1Api(api).create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=name)))
    return name


@pytest.fixture
def objects(api: client.ApiClient, namespace: str) -> Objects:
    """Our kinds in a namespace of this test's own."""
    return Objects(client.CustomObjectsApi(api), namespace)
