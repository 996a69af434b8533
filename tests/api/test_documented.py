"""What the docs tell to apply, applied at a real API server, and what they tell to ask and change by kubectl alone."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from cluster.wheels import kubectl
from tests.documented import REPOSITORY, Command, commands, manifests

VERBS = ("apply", "get", "explain", "describe", "annotate", "patch")
NAMES = {"NAME": "returns", "VERSION": "returns-1", "mv/NAME": "mv/returns-1", "$kind": "mdep", "$name": "returns"}
OBJECTS = [each for _, each in manifests()]


def verb(command: Command) -> str:
    return next((word for word in command.words[1:] if word in VERBS), "")


TOLD = [
    each for each in commands("kubectl") if len(each.words) > 2 and verb(each) and "colonnade" not in each.words[1:2]
]
NOT_HERE = {"JOB", "job/JOB", "argocd"}
"""What the operator or another program makes."""
ASKED = [each for each in TOLD if not NOT_HERE & set(each.words)]


@pytest.fixture
def typed(kubeconfig: Path, namespace: str, tmp_path: Path):
    """What kubectl says, whose context is in the test's namespace and whose folder has the pages' files."""
    config = yaml.safe_load(kubeconfig.read_text())
    for each in config["contexts"]:
        each["context"]["namespace"] = namespace
    own = tmp_path / "kubeconfig"
    own.write_text(yaml.safe_dump(config))
    shutil.copytree(REPOSITORY / "examples", tmp_path / "examples")

    def run(*words: str) -> str:
        named = [namespace if word == "$namespace" else NAMES.get(word, word) for word in words]
        line = [str(kubectl()), *named, "--kubeconfig", str(own)]
        ended = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    return run


@pytest.fixture
def applied(typed, tmp_path: Path) -> None:
    """One object of each kind and name that a page has, the longest where several pages have it."""
    found = {
        (each["kind"], each["metadata"]["name"]): each for each in sorted(OBJECTS, key=lambda each: len(str(each)))
    }
    (tmp_path / "all.yaml").write_text(yaml.safe_dump_all(found.values()))
    typed("apply", "-f", "all.yaml")


def test_each_manifest_of_a_page_is_taken(typed, tmp_path: Path) -> None:
    for n, manifest in enumerate(OBJECTS):
        (tmp_path / f"{n}.yaml").write_text(yaml.safe_dump(manifest))
        typed("apply", "--dry-run=server", "-f", f"{n}.yaml")


@pytest.mark.parametrize("command", ASKED, ids=str)
def test_what_is_asked_is_answered(typed, applied, tmp_path: Path, command: Command) -> None:
    for name in [word for word in command.words if word.endswith(".yaml")]:
        (tmp_path / name).write_text(yaml.safe_dump(OBJECTS[0]))
    typed(*command.words[1:])
