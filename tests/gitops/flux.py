"""Flux's source-controller and kustomize-controller, as published, following a repository into one namespace."""

import os
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml
from kubernetes import client, config, dynamic

from cluster.build import FLUX, ensure_built, program
from tests.gitops.repository import Repository
from tests.ports import port

Manifest = dict[str, Any]
NAME = "models"
TIMEOUT_SECONDS = 120.0  # only to end what hangs
LOOK_SECONDS = 0.3
CALL_SECONDS = 20
REQUESTED = "reconcile.fluxcd.io/requestedAt"
SOURCES = ("source.toolkit.fluxcd.io", "v1", "gitrepositories")
APPLIED = ("kustomize.toolkit.fluxcd.io", "v1", "kustomizations")


@dataclass(frozen=True)
class Flux:
    """What it has done, and how it is made to do it now rather than in a minute."""

    repository: Repository
    namespace: str
    api: client.CustomObjectsApi

    def follows(self) -> None:
        """The newest commit is applied, or applied again: a resync. What is healthy afterwards, `ready` tells."""
        head = self.repository.head()
        self._ask(SOURCES)
        self._until("the commit is fetched", lambda: _revision(self._get(SOURCES), "artifact", "revision") == head)
        token = self._ask(APPLIED)
        self._until(
            "the commit is applied",
            lambda: (
                (status := self._get(APPLIED).get("status", {})).get("lastHandledReconcileAt") == token
                and _revision({"status": status}, "lastAttemptedRevision") == head
            ),
        )

    def waits_for(self, api_version: str, kind: str, name: str) -> None:
        """From now on Flux is content only when this object is healthy."""
        self._check({"apiVersion": api_version, "kind": kind, "name": name, "namespace": self.namespace})

    def waits_for_nothing(self) -> None:
        """From now on Flux is content with what was applied, as it is before anyone asks for more."""
        self._check()

    def _check(self, *objects: Manifest) -> None:
        group, version, plural = APPLIED
        self.api.patch_namespaced_custom_object(
            group,
            version,
            self.namespace,
            plural,
            NAME,
            {"spec": {"healthChecks": list(objects)}},
            _request_timeout=CALL_SECONDS,
        )

    def ready(self) -> tuple[str, str]:
        """Whether all that was applied is healthy, and what it says: Ready's status and message."""
        conditions = self._get(APPLIED).get("status", {}).get("conditions", [])
        found = next((one for one in conditions if one["type"] == "Ready"), {"status": "Unknown", "message": ""})
        return found["status"], found["message"]

    def _ask(self, kind: tuple[str, str, str]) -> str:
        token = uuid.uuid4().hex
        patch = {"metadata": {"annotations": {REQUESTED: token}}}
        group, version, plural = kind
        self.api.patch_namespaced_custom_object(
            group, version, self.namespace, plural, NAME, patch, _request_timeout=CALL_SECONDS
        )
        return token

    def _get(self, kind: tuple[str, str, str]) -> Manifest:
        group, version, plural = kind
        found = self.api.get_namespaced_custom_object(
            group, version, self.namespace, plural, NAME, _request_timeout=CALL_SECONDS
        )
        return cast("Manifest", found)

    def _until(self, what: str, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not holds():
            told = {kind[2]: self._get(kind).get("status") for kind in (SOURCES, APPLIED)}
            assert time.monotonic() < deadline, f"not within {TIMEOUT_SECONDS:.0f} s: {what}; {told}"
            time.sleep(LOOK_SECONDS)


def _revision(manifest: Manifest, *path: str) -> str:
    """main@sha1:<hash>, less what stands before the hash."""
    value: Any = manifest.get("status", {})
    for name in path:
        value = (value or {}).get(name)
    return str(value or "").rpartition(":")[2]


@contextmanager
def flux(repository: Repository, kubeconfig: Path, namespace: str, folder: Path) -> Iterator[Flux]:
    """Follows the repository until the end, and prunes nothing at the end."""
    ensure_built((FLUX,))
    api = cast("client.ApiClient", config.new_client_from_config(str(kubeconfig)))
    _install(api)
    with ExitStack() as stack:
        artifacts = f"127.0.0.1:{port()}"
        storage = (f"--storage-path={folder}", f"--storage-addr={artifacts}", f"--storage-adv-addr={artifacts}")
        for name, more in (("source-controller", storage), ("kustomize-controller", ())):
            stack.enter_context(_running(name, kubeconfig, namespace, folder, *more))
        made = Flux(repository, namespace, client.CustomObjectsApi(api))
        for kind, manifest in ((SOURCES, _source(repository)), (APPLIED, _application(namespace))):
            group, version, plural = kind
            made.api.create_namespaced_custom_object(
                group, version, namespace, plural, manifest, _request_timeout=CALL_SECONDS
            )
        yield made
    for kind in (APPLIED, SOURCES):
        _remove(made.api, namespace, kind)


def _remove(api: client.CustomObjectsApi, namespace: str, kind: tuple[str, str, str]) -> None:
    """Nobody is left who could take Flux's finalizer off, and the namespace is to go."""
    group, version, plural = kind
    place = (group, version, namespace, plural, NAME)
    api.patch_namespaced_custom_object(*place, {"metadata": {"finalizers": None}}, _request_timeout=CALL_SECONDS)
    api.delete_namespaced_custom_object(*place, _request_timeout=CALL_SECONDS)


def _source(repository: Repository) -> Manifest:
    spec = {"url": repository.url, "interval": "1m", "ref": {"branch": "main"}}
    return {
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "GitRepository",
        "metadata": {"name": NAME},
        "spec": spec,
    }


def _application(namespace: str) -> Manifest:
    spec = {
        "sourceRef": {"kind": "GitRepository", "name": NAME},
        "targetNamespace": namespace,
        "interval": "1m",
        "retryInterval": "1m",
        "timeout": "1m",
        "prune": True,
    }
    return {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": NAME},
        "spec": spec,
    }


@contextmanager
def _running(name: str, kubeconfig: Path, namespace: str, folder: Path, *arguments: str) -> Iterator[None]:
    command = [
        str(program(FLUX, name)),
        "--watch-all-namespaces=false",
        "--interval-jitter-percentage=0",
        f"--metrics-addr=127.0.0.1:{port()}",
        f"--health-addr=127.0.0.1:{port()}",
        *arguments,
    ]
    environment = os.environ | {"KUBECONFIG": str(kubeconfig), "RUNTIME_NAMESPACE": namespace}
    with (folder / f"{name}.log").open("wb") as log:
        started = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            yield
        finally:
            started.terminate()
            try:
                started.wait(CALL_SECONDS)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()


def _install(api: client.ApiClient) -> None:
    """Flux's kinds, from its own modules."""
    crds = dynamic.DynamicClient(api).resources.get(
        api_version="apiextensions.k8s.io/v1", kind="CustomResourceDefinition"
    )
    for path in sorted((FLUX.home() / "crds").glob("*.yaml")):
        body = yaml.safe_load(path.read_text())
        crds.server_side_apply(body=body, name=body["metadata"]["name"], field_manager="tests", force_conflicts=True)
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not all(_served(api, kind) for kind in (SOURCES, APPLIED)):
        assert time.monotonic() < deadline, "Flux's kinds are not served"
        time.sleep(LOOK_SECONDS)


def _served(api: client.ApiClient, kind: tuple[str, str, str]) -> bool:
    try:
        client.CustomObjectsApi(api).list_cluster_custom_object(*kind, _request_timeout=CALL_SECONDS)
    except client.ApiException:
        return False
    return True
