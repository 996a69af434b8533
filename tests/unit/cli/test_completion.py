"""What the shell offers, as kubectl asks for it: one word a line, its description behind a tab, a directive last."""

from collections.abc import Callable

import pytest
from kubernetes.config import kube_config

from colonnade.cli.completion import complete
from tests.unit.cli.conftest import Run
from tests.unit.cli.objects import deployment, flights, policy, version
from tests.unit.cli.playground import Playground

Offered = Callable[..., tuple[list[str], str]]
NO_FILES, FILES = ":4", ":0"


@pytest.fixture
def offered(
    cluster: Playground, kubectl_colonnade: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Offered:
    (kubeconfig,) = cluster.store.parent.glob("kubeconfig")
    monkeypatch.setattr(kube_config, "KUBE_CONFIG_DEFAULT_LOCATION", str(kubeconfig))

    def run(*words: str) -> tuple[list[str], str]:
        monkeypatch.setattr("sys.argv", ["kubectl_complete-colonnade", *words])
        complete()
        *found, directive = capsys.readouterr().out.splitlines()
        return [line.partition("\t")[0] for line in found], directive

    return run


def test_commands_come_with_what_they_do(
    offered: Offered, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert offered("un") == (["undo"], NO_FILES)
    monkeypatch.setattr("sys.argv", ["kubectl_complete-colonnade", "und"])
    complete()
    assert capsys.readouterr().out.startswith("undo\tTake the version that serves back")


def test_flags_are_offered(offered: Offered) -> None:
    found, _ = offered("status", "--n")
    assert found == ["--namespace"]


def test_names_are_those_that_there_are(cluster: Playground, offered: Offered) -> None:
    cluster.add(flights(), version(1), version(2), deployment(), policy())
    assert offered("status", "") == (
        ["mdep/flights-late", "mv/flights-late-1", "mv/flights-late-2", "dset/flights", "mpol/default"],
        NO_FILES,
    )
    assert offered("approve", "mv/flights-late-2") == (["mv/flights-late-2"], NO_FILES)
    assert offered("undo", "fl") == (["flights-late"], NO_FILES)


def test_names_are_those_of_the_namespace_that_was_named(cluster: Playground, offered: Offered) -> None:
    there = flights()
    there["metadata"]["namespace"] = "team"
    cluster.add(there)
    assert offered("report", "") == ([], FILES)
    assert offered("report", "-n", "team", "") == (["dset/flights"], NO_FILES)
    assert offered("-n", "team", "report", "") == (["dset/flights"], NO_FILES)


def test_files_are_the_shells_own_affair(cluster: Playground, offered: Offered) -> None:
    cluster.add(flights())
    assert offered("push", "dset/flights", "") == ([], FILES)


def test_a_cluster_out_of_reach_offers_nothing_and_says_nothing(
    cluster: Playground, offered: Offered, capsys: pytest.CaptureFixture[str]
) -> None:
    (kubeconfig,) = cluster.store.parent.glob("kubeconfig")
    kubeconfig.write_text(kubeconfig.read_text().replace(cluster.url, "http://127.0.0.1:1"))
    assert offered("status", "") == ([], FILES)
    assert capsys.readouterr().err == ""
