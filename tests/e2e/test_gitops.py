"""A team that only commits: Flux follows a repository, and real pods follow Flux."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.client import none_failed
from tests.e2e.orders import NAME, Orders, blind_version, rows, version
from tests.e2e.world import Manifest, Namespace, eventually, kubectl
from tests.gitops.flux import Flux, flux
from tests.gitops.ownership import contested
from tests.gitops.repository import Repository, repository


@dataclass(frozen=True)
class Committed(Namespace):
    """Where nothing is applied but by way of Git."""

    git: Repository
    flux: Flux

    def apply(self, *manifests: Manifest) -> None:
        """Committed, a file for each object, and followed."""
        self.git.commit("change", **{_file(one["kind"], one["metadata"]["name"]): [one] for one in manifests})
        self.flux.follows()

    def take_out(self, kind: str, name: str) -> None:
        self.git.commit("take it out", **{_file(kind, name): None})
        self.flux.follows()

    def revert(self) -> None:
        self.git.revert()
        self.flux.follows()

    def objects(self) -> list[Manifest]:
        kinds = "datasets.colonnade.dev,modelversions,deployments.colonnade.dev,monitorpolicies"
        shown = kubectl("get", kinds, "-n", self.name, "-o", "json", "--show-managed-fields")
        return list(json.loads(shown)["items"])

    def becomes_healthy(self, status: str) -> str:
        """What Flux says, once it finds this of all that was applied."""

        def told() -> str:
            self.flux.follows()
            ready, message = self.flux.ready()
            return message if ready == status else ""

        return str(eventually(f"Flux is told {status}", told))


def _file(kind: str, name: str) -> str:
    return f"{kind}_{name}".lower().replace("-", "_")


@pytest.fixture
def committed(namespace: Namespace, tmp_path: Path) -> Iterator[Committed]:
    (tmp_path / "flux").mkdir()
    with repository(tmp_path / "orders") as git:
        git.commit("nothing yet")
        with flux(git, Path(os.environ["KUBECONFIG"]), namespace.name, tmp_path / "flux") as following:
            yield Committed(namespace.name, git, following)


def test_commits_are_rolled_out_rolled_back_reverted_and_pruned(
    committed: Committed, router: str, tmp_path: Path
) -> None:
    orders = Orders(committed, router, tmp_path)
    committed.flux.waits_for("colonnade.dev/v1alpha1", "Deployment", NAME)
    with orders.model.under_load(rows()) as traffic:
        committed.apply(version(2))
        orders.serves("orders-2")
        committed.apply(blind_version(3))
        orders.rolls_back("orders-3", because="ErrorRateBreached")
        orders.serves("orders-2")
        assert f"{NAME} status: 'Failed'" in committed.becomes_healthy("False")
        committed.revert()
        committed.becomes_healthy("True")
        orders.serves("orders-2")
        nothing_moves(committed)
    none_failed(traffic)
    assert len(orders.status()["rejected"]) == 1
    committed.flux.waits_for_nothing()
    committed.take_out("Deployment", NAME)
    eventually("the Deployment and its pods are gone", lambda: not committed.all("mdep") and not pods(committed))


def nothing_moves(committed: Committed) -> None:
    """Flux comes again and finds nothing to change, and nobody holds what another has set."""
    before = [specified(one) for one in committed.objects()]
    for _ in range(2):
        committed.flux.follows()
    objects = committed.objects()
    assert [specified(one) for one in objects] == before
    assert [field for one in objects for field in contested(one)] == []


def specified(manifest: Manifest) -> Manifest:
    """All but the status of what is under load."""
    metadata = {name: value for name, value in manifest["metadata"].items() if name != "resourceVersion"}
    metadata["managedFields"] = [each for each in metadata["managedFields"] if each.get("subresource") != "status"]
    return {"metadata": metadata, "spec": manifest["spec"]}


def pods(committed: Committed) -> list[Manifest]:
    return committed.all("pods", f"colonnade.dev/deployment={NAME}")
