"""A real API server with our CRDs, and no kubelet: one for all workers of a test run."""

import fcntl
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import cast

import pytest
import yaml
from kubernetes import client, config, dynamic

from colonnade_api import GROUP, KINDS, VERSION

REPOSITORY = Path(__file__).resolve().parents[2]
START_LIMIT_SECONDS = 1200  # the first run on a machine builds Kubernetes
SERVED_LIMIT_SECONDS = 120
OWNER = "tests"


@pytest.fixture(scope="session")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The administrator's kubeconfig for an API server that knows our kinds."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "apiserver"
    with _held(folder):
        yield folder / "kubeconfig"


@pytest.fixture(scope="session")
def api(kubeconfig: Path) -> client.ApiClient:
    return _client(kubeconfig)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Whoever comes first starts it. It ends by itself once the last of those who hold its pipe has let go, or died."""
    folder.mkdir(exist_ok=True)
    pipe = folder / "held"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if first := not pipe.exists():
            os.mkfifo(pipe)
        holding = os.open(pipe, os.O_RDWR)
        if first:
            _start(folder, pipe)
    try:
        if not (folder / "served").exists():
            pytest.fail(f"the API server did not start; see {folder}", pytrace=False)
        yield
    finally:
        os.close(holding)


def _start(folder: Path, pipe: Path) -> None:
    """Returns once it serves our kinds, or has ended."""
    command = ["python3", "-m", "cluster", "apiserver", "--dir", str(folder)]
    with pipe.open() as held:
        server = subprocess.Popen(command, cwd=REPOSITORY, stdin=held, stdout=subprocess.PIPE, text=True)
    watchdog = threading.Timer(START_LIMIT_SECONDS, server.kill)
    watchdog.start()
    assert server.stdout is not None
    ready = "ready\n" in iter(server.stdout.readline, "")
    watchdog.cancel()
    if ready:
        _install_crds(folder / "kubeconfig")
        (folder / "served").touch()


def _install_crds(kubeconfig: Path) -> None:
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
