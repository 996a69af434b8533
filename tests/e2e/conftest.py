"""The cluster that KUBECONFIG names, with the chart installed (`make install`), and a namespace for each test."""

import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.world import Namespace, kubectl


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    if not os.environ.get("COLONNADE_URL"):
        pytest.exit('COLONNADE_URL is not set: make install, then eval "$(make -s cluster-env)"', returncode=2)
    kubectl("rollout", "status", "deployment", "-n", "colonnade-system", "--timeout=120s", seconds=150)


@pytest.fixture
def namespace(request: pytest.FixtureRequest) -> Iterator[Namespace]:
    """Pod Security `restricted` is enforced in it, and it goes with the test."""
    with _namespace(request.node.name) as made:
        yield made


@pytest.fixture
def other(request: pytest.FixtureRequest) -> Iterator[Namespace]:
    """A second one."""
    with _namespace(request.node.name) as made:
        yield made


@contextmanager
def _namespace(test: str) -> Iterator[Namespace]:
    name = f"e2e-{uuid.uuid4().hex[:8]}"
    kubectl("create", "namespace", name)
    kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")
    kubectl("annotate", "namespace", name, f"test={test}")
    yield Namespace(name)
    kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="session")
def router() -> str:
    """The router's URL as the host reaches it."""
    return os.environ["COLONNADE_URL"]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    namespace = getattr(item, "funcargs", {}).get("namespace")
    if report.when == "call" and report.failed and namespace:
        seen = subprocess.run(
            ["kubectl", "get", "colonnade,pods,jobs,events", "-n", namespace.name],
            capture_output=True,
            text=True,
            check=False,
        )
        report.sections.append(("what stood in the namespace", seen.stdout + seen.stderr))
