"""Git, Flux and kubectl beside an operator of one test's namespace."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import yaml

from cluster import wheels
from tests.gitops.flux import Flux, flux
from tests.gitops.repository import Manifest, Repository, repository
from tests.harness.fixtures import here, users, world
from tests.harness.harness import RESYNC, Harness
from tests.harness.process import Operator

__all__ = ["here", "users", "world"]
COMMAND_SECONDS = 60
PLUGIN = Path(sys.executable).with_name("kubectl-colonnade")


@pytest.fixture
def operator(here: Harness) -> Operator:
    return here.operator(environment=RESYNC)


@pytest.fixture
def git(tmp_path: Path) -> Iterator[Repository]:
    with repository(tmp_path / "models") as made:
        yield made


@pytest.fixture
def following(here: Harness, git: Repository, kubeconfig: Path, tmp_path: Path) -> Iterator[Flux]:
    """Flux, which applies what is committed."""
    folder = tmp_path / "flux"
    folder.mkdir()
    git.commit("an empty repository", kustomization="resources: []\n")
    with flux(git, kubeconfig, here.client.namespace, folder) as made:
        yield made


@pytest.fixture
def colonnade(here: Harness, kubeconfig: Path) -> Callable[..., Awaitable[None]]:
    """`kubectl colonnade …`, as typed."""

    async def typed(*words: str) -> None:
        await _run([str(PLUGIN), *words, "-n", here.client.namespace], kubeconfig)

    return typed


@pytest.fixture
def kubectl(here: Harness, kubeconfig: Path) -> Callable[..., Awaitable[None]]:
    """kubectl, with these objects on its standard input."""
    program = str(wheels.kubectl())

    async def typed(*words: str, manifests: list[Manifest]) -> None:
        command = [program, *words, "-n", here.client.namespace, "--filename", "-"]
        await _run(command, kubeconfig, yaml.safe_dump_all(manifests))

    return typed


async def _run(command: list[str], kubeconfig: Path, said: str = "") -> None:
    done = await asyncio.to_thread(
        subprocess.run,
        command,
        input=said,
        env=os.environ | {"KUBECONFIG": str(kubeconfig)},
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
    )
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr or done.stdout}"
