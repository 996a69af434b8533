"""What `eval "$(python3 -m cluster env)"` does to a shell."""

import subprocess

import pytest

from cluster.env import exports


def after(path: str, asked: str) -> str:
    """What a shell has in the variable once it has read the exports."""
    done = subprocess.run(
        ["/bin/sh", "-c", f'{exports(path)}\nprintf %s "${asked}"'], capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.fixture(autouse=True)
def _a_state_folder_with_a_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLONNADE_CLUSTER_STATE", "/srv/a cluster")


def test_a_shell_finds_the_cluster_even_where_its_folder_has_a_space() -> None:
    assert after("/usr/bin", "KUBECONFIG") == "/srv/a cluster/kubeconfig"


def test_a_shell_finds_the_clusters_programs_before_its_own() -> None:
    folders = after("/usr/bin:/bin", "PATH").split(":")
    assert folders[0] == "/srv/a cluster/bin"
    assert folders[1].endswith("/.venv/bin")
    assert folders[2:] == ["/usr/bin", "/bin"]


def test_asking_twice_does_not_lengthen_the_path() -> None:
    once = after("/usr/bin", "PATH")
    assert after(once, "PATH") == once


def test_the_routers_node_port_is_the_way_in() -> None:
    assert after("/usr/bin", "COLONNADE_URL") == "http://127.0.0.1:30080"


def test_nothing_but_exports_is_printed() -> None:
    assert all(line.startswith("export ") for line in exports("/usr/bin").splitlines())
