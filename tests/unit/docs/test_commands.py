"""Every command that README, CONTRIBUTING and docs tell people to type is typed here, to the real program as far as it
goes without a cluster; those of `kubectl colonnade` in tests/unit/cli/test_documented.py."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic_settings import CliApp

from cluster.build import HELM, program
from cluster.wheels import kubectl
from colonnade_serving.settings import Settings
from tests.documented import REPOSITORY, Command, commands, split
from tests.ports import port

MAKEFILE = (REPOSITORY / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
BY_HAND = {"jq", "openssl", "git", "cd", "export", "find"}
"""Programs of the person's own machine, whose options are theirs."""


def typed(cwd: Path, *words: str) -> str:
    """What the program says, asked for a cluster that nobody serves."""
    config = cwd / "kubeconfig"
    config.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "none",
                "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}],
                "clusters": [{"name": "none", "cluster": {"server": f"http://127.0.0.1:{port()}"}}],
                "users": [{"name": "none", "user": {}}],
            }
        )
    )
    environment = {"KUBECONFIG": str(config), "HOME": str(cwd), "PATH": "/usr/bin:/bin"}
    ended = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False)
    return ended.stdout + ended.stderr


def gets_as_far_as_the_cluster(said: str, whole: bool) -> None:
    assert "unknown" not in said, said
    assert "refused" in said or not whole, said


def by_kubectl(command: Command, cwd: Path) -> None:
    words = command.words[1:]
    if words[0] == "colonnade":
        return
    for n, word in enumerate(words[:-1]):
        if word in ("-f", "--filename") and not (REPOSITORY / words[n + 1]).exists():
            (cwd / words[n + 1]).write_text('{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}')
    for word in words:
        if word.startswith("--from-file=") and word.endswith(".pem"):
            (cwd / word.removeprefix("--from-file=")).write_bytes(_public_key())
    (cwd / "examples").symlink_to(REPOSITORY / "examples")
    gets_as_far_as_the_cluster(typed(cwd, str(kubectl()), *words), command.whole)


def by_helm(command: Command, cwd: Path) -> None:
    """The values that are set have to please the chart's schema too."""
    (cwd / "helm").symlink_to(REPOSITORY / "helm")
    binary = str(program(HELM, "helm"))
    gets_as_far_as_the_cluster(typed(cwd, binary, *command.words[1:]), command.whole)
    pairs = zip(command.words, command.words[1:], strict=False)
    values = [word for pair in pairs if pair[0] in ("--set", "--set-json") for word in pair]
    said = typed(cwd, binary, "template", "helm/colonnade", *values)
    assert "kind: Deployment" in said, said


def by_make(command: Command, _: Path) -> None:
    wanted = [word for word in command.words[1:] if not word.startswith("-")]
    variables = [word.partition("=")[0] for word in wanted if "=" in word]
    assert [word for word in wanted if "=" not in word and word not in TARGETS] == []
    assert [name for name in variables if f"$({name}" not in MAKEFILE and f"export {name}" not in MAKEFILE] == []


def by_serving(command: Command, cwd: Path) -> None:
    arguments = [str(cwd / word) if word.endswith(".pem") else word for word in command.words[1:]]
    for word in arguments:
        if word.endswith(".pem"):
            Path(word).write_bytes(_public_key())
    if command.whole:
        assert CliApp.run(Settings, cli_args=arguments).bundle == command.words[1]


def by_python(command: Command, _: Path) -> None:
    assert command.words[1] == "-m"
    assert importlib.util.find_spec(command.words[2]) is not None
    source = Path(importlib.util.find_spec(command.words[2]).origin or "")  # type: ignore[union-attr]
    known = "".join(path.read_text() for path in source.parent.rglob("*.py"))
    assert [
        word for word in command.words[3:] if word.startswith("-") and word != "--" and f'"{word}"' not in known
    ] == []


def by_pytest(command: Command, _: Path) -> None:
    """It finds tests to run."""
    words = [sys.executable, "-m", "pytest", "--collect-only", *command.words[1:]]
    ended = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stdout


def by_docker(command: Command, _: Path) -> None:
    assert command.words[1] == "build"
    assert (REPOSITORY / command.words[command.words.index("--file") + 1]).exists()


def by_pip(command: Command, _: Path) -> None:
    assert command.words[1] == "install"
    assert all((REPOSITORY / word.partition("[")[0] / "pyproject.toml").exists() for word in command.words[2:])


def by_curl(command: Command, _: Path) -> None:
    assert re.match(
        r"^(http://)?(localhost|127\.0\.0\.1|[A-Z.]+)(:\d+)?/(v[12]|api/v1)/|^http://[A-Za-z]+:\d+/namespaces/",
        command.words[1],
    )
    if "-d" in command.words:
        assert json.loads(command.words[command.words.index("-d") + 1])


def by_eval(command: Command, cwd: Path) -> None:
    for words in split(command.words[1].removeprefix("$(").removesuffix(")")):
        by_make(Command(command.page, words), cwd)


BY: dict[str, Callable[[Command, Path], None]] = {
    "kubectl": by_kubectl,
    "helm": by_helm,
    "make": by_make,
    "colonnade-serve": by_serving,
    "python": by_python,
    "pytest": by_pytest,
    "docker": by_docker,
    "pip": by_pip,
    "curl": by_curl,
    "eval": by_eval,
}


def _public_key() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415

    key = Ed25519PrivateKey.generate().public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("command", commands(*BY), ids=str)
def test_what_the_docs_tell_to_type_is_understood(command: Command, tmp_path: Path) -> None:
    if command.program in BY_HAND:
        assert shutil.which(command.program) or command.program in ("jq", "cd", "export")
        return
    assert command.program in BY, f"no test can type {command.program}: say here how, or that it is the person's own"
    BY[command.program](command, tmp_path)
