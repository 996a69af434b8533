"""`verify`: the chain from rows to pods, over a real version, a real bundle and a real server."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.serving.process import Served
from tests.unit.cli.conftest import Run
from tests.unit.cli.objects import Object, made
from tests.unit.cli.playground import Playground
from tests.unit.cli.test_store import INFO
from tests.unit.jobs.harness import Harness, people

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([n] * 32)) for n in (1, 2))
REVISION = "1111111111"


def pem(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@dataclass
class Made:
    """A trained version in a store, and its answers: of the dataset's Job, and of the training's."""

    store: Path
    dataset: dict[str, Any]
    model: dict[str, Any]

    @property
    def bundle(self) -> str:
        return f"models/{self.model['digest'].removeprefix('sha256:')}"

    def version(self) -> Object:
        digest = self.dataset["version"]["digest"]
        status = {"digest": self.model["digest"], "dataset": {"name": "rows", "digest": digest}, "conditions": []}
        return made(
            "ModelVersion", "rows-y-1", {"model": "rows-y", "training": {"datasetRef": {"name": "rows"}}}, status
        )


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Made:
    harness = Harness(tmp_path_factory.mktemp("made"))
    harness.signing_key = harness.folder / "model-signing" / "private.pem"
    harness.signing_key.parent.mkdir()
    harness.signing_key.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    dataset = harness.dataset(people(120))
    return Made(harness.folder / "store", dataset, harness.train("linear_model.LogisticRegression", "binary"))


@pytest.fixture
def here(cluster: Playground, trained: Made) -> Playground:
    shutil.copytree(trained.store, cluster.store, dirs_exist_ok=True)
    cluster.add(trained.version())
    trust(cluster, KEY)
    return cluster


def trust(cluster: Playground, *keys: Ed25519PrivateKey, **more: str) -> None:
    cluster.add(INFO | {"data": INFO["data"] | {"publicKeys": "".join(map(pem, keys))} | more})


@pytest.fixture
def served(here: Playground, trained: Made, tmp_path: Path) -> Iterator[Served]:
    """Whose pod is the only one of a Deployment `rows-y`."""
    bundle = shutil.copytree(trained.store / trained.bundle, tmp_path / "bundle")
    server = Served.start(tmp_path / "log", str(bundle), COLONNADE_MODEL="rows-y", COLONNADE_PUBLIC_KEY=pem(KEY))
    stable = {
        "revision": REVISION,
        "modelVersion": "rows-y-1",
        "digest": trained.model["digest"],
        "weight": 100,
        "ready": 1,
    }
    here.add(
        made("Deployment", "rows-y", {"model": {"name": "rows-y"}}, {"stable": stable, "conditions": []}), pod(server)
    )
    yield server
    server.end()


def pod(server: Served) -> Object:
    labels = {"colonnade.dev/deployment": "rows-y", "colonnade.dev/revision": REVISION}
    container = {"ports": [{"name": "http", "containerPort": server.port}], "env": [{"name": "COLONNADE_PUBLIC_KEY"}]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "rows-y-0", "namespace": "default", "labels": labels},
        "spec": {"containers": [container]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    }


def states(seen: Any) -> dict[str, str]:
    told = json.loads(seen.out)
    links = [*told["stored"], *(link for links in told["served"].values() for link in links)]
    return {link["name"]: link["state"] for link in links}


def test_every_link_from_rows_to_pods_is_looked_at_and_ticked(
    here: Playground, kubectl_colonnade: Run, served: Served
) -> None:
    seen = kubectl_colonnade("verify", "mv/rows-y-1")
    assert seen.code == 0, seen.out + seen.err
    for said in (
        "mv/rows-y-1  all 6 links hold",
        "✓ dataset  dset/rows",
        "version.json and data.parquet are what the digest names",
        "✓ provenance  made by default/",
        "✓ bundle  bundle.json is",
        "✓ signature  by key",
        f"mdep/rows-y {REVISION}",
        "✓ stable  serves",
        "✓ pod rows-y-0  has loaded",
        "and verifies signatures",
    ):
        assert said in " ".join(seen.out.split()) or said in seen.out, seen.out
    assert set(states(kubectl_colonnade("verify", "mv/rows-y-1", "-o", "json")).values()) == {"holds"}


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("file", "link"),
    [
        ("{bundle}/model.onnx", "bundle"),
        ("{bundle}/card.html", "bundle"),
        ("{bundle}/bundle.json", "bundle"),
        ("{bundle}/provenance.intoto.jsonl", "provenance"),
        ("datasets/{rows}/data.parquet", "dataset"),
        ("datasets/{rows}/version.json", "dataset"),
    ],
)
def test_one_changed_bit_breaks_its_link_and_the_command_fails(
    here: Playground, kubectl_colonnade: Run, trained: Made, file: str, link: str
) -> None:
    rows = trained.dataset["version"]["digest"].removeprefix("sha256:")
    flip(here.store / file.format(bundle=trained.bundle, rows=rows))
    seen = kubectl_colonnade("verify", "mv/rows-y-1", "-o", "json")
    assert seen.code == 1
    assert states(seen)[link] == "broken"


def test_a_bundle_that_is_gone_breaks_the_chain(here: Playground, kubectl_colonnade: Run, trained: Made) -> None:
    shutil.rmtree(here.store / trained.bundle)
    seen = kubectl_colonnade("verify", "mv/rows-y-1")
    assert seen.code == 1
    assert "is not in the store" in " ".join(seen.out.split())


def test_a_retired_key_breaks_the_signature_and_both_keys_are_named(here: Playground, kubectl_colonnade: Run) -> None:
    trust(here, OTHER)
    seen = kubectl_colonnade("verify", "mv/rows-y-1")
    assert seen.code == 1
    assert "mv/rows-y-1  1 of 4 links broken" in seen.out
    assert "no trusted key (" in seen.out


def test_where_no_keys_are_trusted_nothing_can_be_said_of_the_signature(
    here: Playground, kubectl_colonnade: Run
) -> None:
    trust(here)
    seen = kubectl_colonnade("verify", "mv/rows-y-1")
    assert seen.code == 0
    assert "? signature" in seen.out
    assert "all 3 links that can be told hold" in seen.out


def test_a_pod_that_has_loaded_something_else_breaks_the_chain(
    here: Playground, kubectl_colonnade: Run, served: Served, trained: Made
) -> None:
    other = trained.version()
    other["status"]["digest"] = f"sha256:{'0' * 64}"
    here.add(other)
    seen = kubectl_colonnade("verify", "mv/rows-y-1", "-o", "json")
    assert states(seen)["pod rows-y-0"] == states(seen)["stable"] == "broken"


def test_rows_can_be_left_unread(here: Playground, kubectl_colonnade: Run, trained: Made) -> None:
    flip(here.store / "datasets" / trained.dataset["version"]["digest"].removeprefix("sha256:") / "data.parquet")
    seen = kubectl_colonnade("verify", "mv/rows-y-1", "--no-rows")
    assert seen.code == 0
    assert "the rows were not read" in seen.out


def test_a_version_without_a_bundle_is_told_so(here: Playground, kubectl_colonnade: Run) -> None:
    here.add(made("ModelVersion", "rows-y-2", {"model": "rows-y"}, {}))
    seen = kubectl_colonnade("verify", "mv/rows-y-2")
    assert seen.code == 1
    assert "mv/rows-y-2 has no bundle yet; see kubectl colonnade status mv/rows-y-2" in seen.err
