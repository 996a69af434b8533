"""Which cluster, and as whom: what a kubeconfig says is what is done, or refused."""

from pathlib import Path

import pytest
import yaml

from colonnade_access.connection import connect
from colonnade_access.errors import ColonnadeError

SERVER = "http://127.0.0.1:1"


def kubeconfig(folder: Path, **ada: object) -> str:
    path = folder / "config"
    contexts = [
        {"name": "as-ada", "context": {"cluster": "here", "user": "ada", "namespace": "team-a"}},
        {"name": "as-bob", "context": {"cluster": "here", "user": "bob"}},
    ]
    users = [{"name": "ada", "user": ada}, {"name": "bob", "user": {}}]
    clusters = [{"name": "here", "cluster": {"server": SERVER}}]
    path.write_text(
        yaml.safe_dump({"current-context": "as-ada", "contexts": contexts, "users": users, "clusters": clusters})
    )
    return str(path)


def test_the_context_names_the_namespace(tmp_path: Path) -> None:
    assert connect(None, None, kubeconfig(tmp_path)).namespace == "team-a"
    assert connect(None, "as-bob", kubeconfig(tmp_path)).namespace == "default"


@pytest.mark.parametrize("line", ["as", "as-uid", "as-groups", "as-user-extra"])
def test_a_user_who_impersonates_is_refused_and_not_quietly_taken_for_himself(tmp_path: Path, line: str) -> None:
    path = kubeconfig(tmp_path, **{"as": "carol", line: "carol"})
    with pytest.raises(ColonnadeError, match=f"user ada impersonates carol .*{line}.* name a context"):
        connect(None, None, path)


def test_another_context_of_the_same_file_is_fine(tmp_path: Path) -> None:
    assert connect(None, "as-bob", kubeconfig(tmp_path, **{"as": "carol"})).namespace == "default"
