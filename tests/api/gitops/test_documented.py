"""The command on the page about GitOps puts the checks and actions where Argo CD reads them."""

import os
import subprocess
from pathlib import Path

import pytest
from kubernetes import client

from cluster.paths import REPOSITORY
from cluster.wheels import kubectl
from tests.unit.gitops.lua import customizations

PAGE = REPOSITORY / "docs" / "how-to" / "gitops.md"
THEIRS = {"url": "https://argocd.example.org"}


@pytest.fixture
def copied(api: client.ApiClient, namespace: str, kubeconfig: Path) -> dict[str, str]:
    """What argocd-cm holds after the command, typed where both programs share one namespace."""
    core = client.CoreV1Api(api)
    for name, data in (("colonnade-argocd", customizations()), ("argocd-cm", THEIRS)):
        core.create_namespaced_config_map(namespace, client.V1ConfigMap(metadata={"name": name}, data=data))
    command = next(line for line in PAGE.read_text().splitlines() if line.startswith("kubectl patch configmap"))
    for theirs in ("--namespace argocd", "--namespace colonnade-system"):
        command = command.replace(theirs, f"--namespace {namespace}")
    path = f"{kubectl().parent}:{os.environ['PATH']}"
    environment = os.environ | {"KUBECONFIG": str(kubeconfig), "PATH": path}
    subprocess.run(["bash", "-ec", command], env=environment, check=True, timeout=60)
    return dict(core.read_namespaced_config_map("argocd-cm", namespace).data or {})


def test_the_command_copies_all_and_takes_nothing_away(copied: dict[str, str]) -> None:
    assert copied == {**THEIRS, **customizations()}
