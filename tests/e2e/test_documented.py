"""What the docs tell a newcomer to type, typed in order on a real cluster."""

import os
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from tests.documented import Command, commands, manifests
from tests.e2e import tables
from tests.e2e.world import TIMEOUT_SECONDS, Manifest, Namespace, eventually, kubeconfig
from tests.ports import port

STARTED = "docs/getting-started.md"
APART = ("port-forward", "--watch", "flights-late", "colonnade")
"""What goes on until it is stopped, and what the demo's cluster alone has."""


@pytest.fixture
def shell(namespace: Namespace, tmp_path: Path) -> "Shell":
    return Shell(namespace.name, tmp_path)


class Shell:
    """A person's, in an empty folder, whose context's namespace is the test's."""

    def __init__(self, namespace: str, folder: Path) -> None:
        self.folder = folder
        self.environment = os.environ | {"KUBECONFIG": str(kubeconfig(namespace, folder))}

    def types(self, command: Command) -> str:
        ended = subprocess.run(
            command.words,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        assert ended.returncode == 0, f"{command}: {ended.stderr or ended.stdout}"
        return ended.stdout

    @contextmanager
    def goes_on(self, *words: str) -> Iterator[None]:
        with subprocess.Popen(words, cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL) as running:
            try:
                yield
            finally:
                running.terminate()


def told(page: str) -> list[Command]:
    return [each for each in commands() if each.page == page]


def objects(page: str) -> list[Manifest]:
    return [each for where, each in manifests() if where == page]


def test_a_newcomers_table_becomes_a_model_that_answers(namespace: Namespace, shell: Shell) -> None:
    (shell.folder / "returns.yaml").write_text(yaml.safe_dump_all(objects(STARTED)))
    tables.csv(shell.folder, tables.mixed())
    typed = [each for each in told(STARTED) if each.program == "kubectl" and not set(APART[:3]) & set(each.words)]
    own = [each for each in typed if each.words[1:] != ("get", "colonnade")]
    *before, promote = own
    assert promote.words[2] == "promote"
    said = [shell.types(each) for each in before]
    assert any("600 rows, 0 set aside" in words for words in said), said
    _answers_through_the_router(namespace, shell)
    second = next(each for each in objects(STARTED) if each["kind"] == "ModelVersion")
    second["metadata"]["name"] = "returns-2"
    second["spec"]["training"]["estimator"]["params"] = {"max_iter": 20}
    namespace.apply(second)
    eventually("a rollout that waits for someone", lambda: namespace.status("mdep", "returns").get("candidate"))
    shell.types(promote)


def _answers_through_the_router(namespace: Namespace, shell: Shell) -> None:
    forward = next(each for each in told(STARTED) if "port-forward" in each.words)
    asked = next(each for each in told(STARTED) if each.program == "curl")
    free = str(port())
    url = asked.words[1].replace(":8000/", f":{free}/").replace("/default/", f"/{namespace.name}/")
    with shell.goes_on(*(word.replace("8000:", f"{free}:") for word in forward.words)):
        assert b'"inputs"' in eventually("the router's answer", lambda: _read(url))


def _read(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bytes(answer.read())
    except OSError:
        return b""
