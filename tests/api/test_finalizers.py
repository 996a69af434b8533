"""The way out of a delete that hangs, as the docs tell it, typed where no operator runs."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

from kubernetes import client

from cluster.wheels import kubectl
from colonnade_api.wellknown import FINALIZER
from tests.api.examples import dataset, deployment, policy
from tests.api.objects import PLURALS, Objects

TOLD = Path(__file__).resolve().parents[2] / "docs/operations/troubleshooting.md"
SPECS = {
    "Dataset": dataset(),
    "Deployment": deployment(),
    "MonitorPolicy": policy({"type": "ErrorRate", "max": 0.01}),
}


def commands() -> str:
    found = re.search(r"```\n(for kind in .*?)```", TOLD.read_text(), re.DOTALL)
    assert found
    return found[1]


def names(objects: Objects, kind: str) -> dict[str, list[str]]:
    """Finalizers by name."""
    listed: Any = objects.custom.list_namespaced_custom_object(
        "colonnade.dev", "v1alpha1", objects.namespace, PLURALS[kind]
    )
    return {each["metadata"]["name"]: each["metadata"].get("finalizers", []) for each in listed["items"]}


def test_only_what_is_being_deleted_loses_its_finalizer(
    objects: Objects, kubeconfig: Path, api: client.ApiClient
) -> None:
    for kind, spec in SPECS.items():
        for name in ("going", "staying"):
            made = objects.create(kind, spec, name)
            objects.replace({**made, "metadata": made["metadata"] | {"finalizers": [FINALIZER]}})
        client.CustomObjectsApi(api).delete_namespaced_custom_object(
            "colonnade.dev", "v1alpha1", objects.namespace, PLURALS[kind], "going"
        )
        assert "going" in names(objects, kind)
    environment = {
        "PATH": f"{kubectl().parent}:{os.environ['PATH']}",
        "KUBECONFIG": str(kubeconfig),
        "HOME": str(kubeconfig.parent),  # else kubectl's cache lies in the clone's root
    }
    subprocess.run(["bash", "-euo", "pipefail", "-c", commands()], env=environment, check=True, timeout=60)
    assert {kind: names(objects, kind) for kind in SPECS} == {kind: {"staying": [FINALIZER]} for kind in SPECS}
