"""Files into the store and out of it, over a real websocket into a real process."""

import hashlib
import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.cli.objects import flights, made
from tests.unit.cli.playground import Playground, path_of

Manifest = dict[str, Any]
INFO: Manifest = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "colonnade-info", "namespace": "colonnade-system"},
    "data": {
        "jobsImage": "colonnade/jobs:dev",
        "imagePullPolicy": "IfNotPresent",
        "imagePullSecrets": "",
        "store": "file:///store",
        "storeSize": "3Gi",
        "storeClass": "fast",
        "storeAccessMode": "ReadWriteMany",
    },
}
CLAIM = "/api/v1/namespaces/default/persistentvolumeclaims/colonnade-store"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "flights.parquet"
    path.write_bytes(random.Random(7).randbytes(3_000_001))
    return path


@pytest.fixture
def stored(cluster: Playground) -> Path:
    cluster.add(flights(), INFO)
    return cluster.store / "uploads" / "flights" / "flights.parquet"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_pushed_file_arrives_whole_and_its_dataset_is_told(
    cluster: Playground, kubectl_colonnade: Run, stored: Path, file: Path
) -> None:
    seen = kubectl_colonnade("push", "dset/flights", str(file))
    assert seen.code == 0, seen.err
    assert sha256(stored) == sha256(file)
    assert "flights.parquet, 2.9 MiB: stored, sha256 verified" in seen.err
    assert cluster.patches == [
        (path_of(flights()), {"metadata": {"annotations": {"colonnade.dev/refresh": f"sha256:{sha256(file)}"}}})
    ]


def test_the_same_file_is_not_sent_twice(kubectl_colonnade: Run, stored: Path, file: Path) -> None:
    kubectl_colonnade("push", "dset/flights", str(file))
    before = stored.stat().st_ino
    assert "lay in the store already, byte for byte" in kubectl_colonnade("push", "dset/flights", str(file)).err
    assert stored.stat().st_ino == before


def test_a_changed_file_replaces_the_one_before(kubectl_colonnade: Run, stored: Path, file: Path) -> None:
    kubectl_colonnade("push", "dset/flights", str(file))
    file.write_bytes(b"a\n1\n")
    kubectl_colonnade("push", "dset/flights", str(file))
    assert stored.read_bytes() == b"a\n1\n"
    assert [each.name for each in stored.parent.iterdir()] == ["flights.parquet"]


def test_who_may_not_reach_into_pods_is_told_so(
    cluster: Playground, kubectl_colonnade: Run, stored: Path, file: Path
) -> None:
    cluster.refusals["GET", "exec"] = (403, {"message": "pods/exec is forbidden"})
    seen = kubectl_colonnade("push", "dset/flights", str(file))
    assert seen.code == 1
    assert seen.err.endswith("Handshake status 403 Forbidden; ask for the role edit in namespace default\n")


def test_an_empty_file_is_a_file(kubectl_colonnade: Run, stored: Path, file: Path) -> None:
    file.write_bytes(b"")
    assert kubectl_colonnade("push", "dset/flights", str(file)).code == 0
    assert stored.read_bytes() == b""


def test_no_pod_is_left_behind(cluster: Playground, kubectl_colonnade: Run, stored: Path, file: Path) -> None:
    kubectl_colonnade("push", "dset/flights", str(file))
    assert not [path for path in cluster.objects if "/pods/" in path]


def test_a_missing_claim_is_made_as_the_operator_would(
    cluster: Playground, kubectl_colonnade: Run, stored: Path, file: Path
) -> None:
    kubectl_colonnade("push", "dset/flights", str(file))
    assert cluster.objects[CLAIM]["spec"] == {
        "accessModes": ["ReadWriteMany"],
        "resources": {"requests": {"storage": "3Gi"}},
        "storageClassName": "fast",
    }


def test_a_bucket_is_written_to_without_us(
    cluster: Playground, kubectl_colonnade: Run, stored: Path, file: Path
) -> None:
    cluster.add(INFO | {"data": INFO["data"] | {"store": "s3://models/team"}})
    seen = kubectl_colonnade("push", "dset/flights", str(file))
    assert seen.code == 1
    assert "aws s3 cp flights.parquet s3://models/team/default/uploads/flights/flights.parquet" in seen.err
    assert "kubectl annotate dset/flights -n default" in seen.err


def test_the_bucket_is_the_one_that_status_names(
    cluster: Playground, kubectl_colonnade: Run, stored: Path, file: Path
) -> None:
    cluster.add(flights(storeUri="s3://team-a/default"))
    seen = kubectl_colonnade("push", "dset/flights", str(file))
    assert "aws s3 cp flights.parquet s3://team-a/default/uploads/flights/flights.parquet" in seen.err


def test_where_namespaces_have_stores_of_their_own_none_is_guessed(
    cluster: Playground, kubectl_colonnade: Run, stored: Path, file: Path
) -> None:
    cluster.add(INFO | {"data": INFO["data"] | {"storesByNamespace": "true"}})
    seen = kubectl_colonnade("push", "dset/flights", str(file))
    assert seen.code == 1
    assert "the operator hasn't looked at flights yet" in seen.err
    assert not stored.exists()


def test_a_dataset_that_reads_elsewhere_is_not_pushed_to(
    cluster: Playground, kubectl_colonnade: Run, file: Path
) -> None:
    cluster.add(made("Dataset", "flights", {"source": {"storageUri": "s3://raw/x.csv"}}), INFO)
    seen = kubectl_colonnade("push", "dset/flights", str(file))
    assert "collected from s3://raw/x.csv, not from what is pushed; write spec.source: {upload: {}}" in seen.err


def imported(**status: str) -> Manifest:
    version = made("ModelVersion", "mine-1", {"model": "mine", "source": {"upload": {}}})
    return version | {"status": status}


def test_a_model_is_pushed_under_its_digest_and_its_version_is_told(
    cluster: Playground, kubectl_colonnade: Run, file: Path
) -> None:
    cluster.add(imported(), INFO)
    seen = kubectl_colonnade("push", "mv/mine-1", str(file))
    assert seen.code == 0, seen.err
    stored = cluster.store / "uploads" / "modelversion.mine-1" / f"{sha256(file)}.onnx"
    assert sha256(stored) == sha256(file)
    told = {"metadata": {"annotations": {"colonnade.dev/upload": f"sha256:{sha256(file)}"}}}
    assert cluster.patches == [(path_of(imported()), told)]
    assert "mv/mine-1 is imported from it now" in seen.err


@pytest.mark.parametrize(
    ("version", "words"),
    [
        (made("ModelVersion", "mine-1", {"model": "mine", "training": {}}), "mv/mine-1 is trained, not imported"),
        (
            made("ModelVersion", "mine-1", {"model": "mine", "source": {"storageUri": "s3://raw/x.onnx"}}),
            "imported from s3://raw/x.onnx, not from what is pushed",
        ),
        (imported(digest="sha256:" + "0" * 64), "has its model, which never changes"),
    ],
    ids=["trained", "from elsewhere", "made already"],
)
def test_a_version_that_would_not_read_it_is_not_pushed_to(
    cluster: Playground, kubectl_colonnade: Run, file: Path, version: Manifest, words: str
) -> None:
    cluster.add(version, INFO)
    seen = kubectl_colonnade("push", "mv/mine-1", str(file))
    assert seen.code == 1
    assert words in seen.err
    assert cluster.patches == []


def test_an_installation_elsewhere_is_asked_for(cluster: Playground, kubectl_colonnade: Run, file: Path) -> None:
    cluster.add(flights())
    seen = kubectl_colonnade("push", "dset/flights", str(file))
    assert "no ConfigMap colonnade-info in namespace colonnade-system" in seen.err
    assert "--system-namespace" in seen.err


def write_report(cluster: Playground) -> None:
    folder = cluster.store / "datasets" / ("a" * 64)
    folder.mkdir(parents=True)
    rules = [{"rule": "carrier allowed", "column": "carrier", "rows": 1204, "examples": ["ZZ"]}]
    report = {"rows": 327_346, "invalidRows": 1_204, "duplicateRows": 0, "rules": rules}
    (folder / "report.json").write_text(json.dumps(report))
    (folder / "quarantine.parquet").write_bytes(b"PAR1" * 100_000)


def test_a_report_comes_out_of_the_store(cluster: Playground, kubectl_colonnade: Run, stored: Path) -> None:
    write_report(cluster)
    seen = kubectl_colonnade("report", "dset/flights")
    assert seen.code == 0, seen.err
    assert "carrier allowed   carrier   1,204            set aside   ZZ" in seen.out


@pytest.mark.parametrize("changed", [True, False])
def test_a_report_that_was_changed_is_not_shown(cluster: Playground, kubectl_colonnade: Run, changed: bool) -> None:
    write_report(cluster)
    written = f"sha256:{sha256(cluster.store / 'datasets' / ('a' * 64) / 'report.json')}"
    (version,) = flights()["status"]["versions"]
    cluster.add(flights(versions=[version | {"reportDigest": f"sha256:{'0' * 64}" if changed else written}]), INFO)
    seen = kubectl_colonnade("report", "dset/flights")
    assert seen.code == int(changed), seen.err
    assert ("was changed since it was written" in seen.err) == changed
    assert ("carrier allowed" in seen.out) != changed


def test_quarantined_rows_come_out_of_the_store(
    cluster: Playground, kubectl_colonnade: Run, stored: Path, tmp_path: Path
) -> None:
    write_report(cluster)
    target = tmp_path / "bad.parquet"
    seen = kubectl_colonnade("report", "dset/flights", "--quarantined", str(target))
    assert seen.code == 0, seen.err
    assert target.read_bytes() == b"PAR1" * 100_000


def test_a_report_that_was_collected_as_garbage_is_said_to_be_gone(kubectl_colonnade: Run, stored: Path) -> None:
    seen = kubectl_colonnade("report", "dset/flights")
    assert seen.err == f"error: datasets/{'a' * 64}/report.json is not in the store (any more)\n"


def test_an_unknown_version_lists_those_that_there_are(kubectl_colonnade: Run, stored: Path) -> None:
    seen = kubectl_colonnade("report", "dset/flights", "--version", "ffff")
    assert seen.err == "error: dset/flights has no version called ffff; there are: aaaaaaaaaa\n"


def test_a_report_is_opened_as_a_page_that_is_drawn_here(
    cluster: Playground, kubectl_colonnade: Run, stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_report(cluster)
    (cluster.store / "datasets" / ("a" * 64) / "report.html").write_text("a page that someone changed")
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen = kubectl_colonnade("report", "dset/flights", "--open")
    assert seen.code == 0, seen.err
    (page,) = tmp_path.glob("colonnade-*/flights-aaaaaaaaaa.html")
    assert "carrier allowed" in page.read_text()
    assert str(page) in seen.out + seen.err
    assert opened == [page.as_uri()]
