"""A real API server with our CRDs, and no kubelet: started once for a test run, a namespace for each test."""

import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import cast

import pytest
import yaml
from kubernetes import client, config, dynamic

from colonnade.api import GROUP, KINDS, VERSION
from tests.api.objects import Objects

REPOSITORY = Path(__file__).resolve().parents[2]
START_LIMIT_SECONDS = 1200  # the first run on a machine builds Kubernetes
STOP_LIMIT_SECONDS = 30
SERVED_LIMIT_SECONDS = 30
OWNER = "tests"


@pytest.fixture(scope="session")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The administrator's kubeconfig for an API server that knows our kinds."""
    folder = tmp_path_factory.mktemp("apiserver")
    command = ["python3", "-m", "cluster", "apiserver", "--dir", str(folder)]
    server = subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    watchdog = threading.Timer(START_LIMIT_SECONDS, server.kill)
    watchdog.start()
    try:
        assert server.stdout is not None
        if "ready\n" not in iter(server.stdout.readline, ""):
            pytest.fail(f"the API server did not start; see {folder}", pytrace=False)
        watchdog.cancel()
        install_crds(folder / "kubeconfig")
        yield folder / "kubeconfig"
    finally:
        watchdog.cancel()
        server.terminate()
        server.wait(STOP_LIMIT_SECONDS)


@pytest.fixture(scope="session")
def api(kubeconfig: Path) -> client.ApiClient:
    return _client(kubeconfig)


@pytest.fixture
def namespace(api: client.ApiClient) -> str:
    name = f"t-{uuid.uuid4().hex[:8]}"
    client.CoreV1Api(api).create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=name)))
    return name


@pytest.fixture
def objects(api: client.ApiClient, namespace: str) -> Objects:
    """Our kinds in a namespace of this test's own."""
    return Objects(client.CustomObjectsApi(api), namespace)


def install_crds(kubeconfig: Path) -> None:
    """By server-side apply, as anyone installs them, and waits until they are served."""
    api = _client(kubeconfig)
    crds = dynamic.DynamicClient(api).resources.get(
        api_version="apiextensions.k8s.io/v1", kind="CustomResourceDefinition"
    )
    for path in sorted((REPOSITORY / "crds").glob("*.yaml")):
        body = yaml.safe_load(path.read_text())
        crds.server_side_apply(body=body, name=body["metadata"]["name"], field_manager=OWNER)
    deadline = time.monotonic() + SERVED_LIMIT_SECONDS
    while missing := [kind.names.plural for kind in KINDS if not _served(api, kind.names.plural)]:
        if time.monotonic() > deadline:
            pytest.fail(f"not served after {SERVED_LIMIT_SECONDS} s: {', '.join(missing)}", pytrace=False)
        time.sleep(0.1)


def _client(kubeconfig: Path) -> client.ApiClient:
    return cast("client.ApiClient", config.new_client_from_config(str(kubeconfig)))


def _served(api: client.ApiClient, plural: str) -> bool:
    try:
        client.CustomObjectsApi(api).list_cluster_custom_object(GROUP, VERSION, plural, _request_timeout=10)
    except client.ApiException as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        return False
    return True
