"""Git and Flux beside an operator of one test's namespace."""

import asyncio
import os
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.gitops.flux import Flux, flux
from tests.gitops.repository import Repository, repository
from tests.harness.fixtures import here, users, world
from tests.harness.harness import RESYNC, Harness
from tests.harness.process import Operator

__all__ = ["here", "users", "world"]
COMMAND_SECONDS = 60


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
        command = ["kubectl-colonnade", *words, "-n", here.client.namespace]
        environment = os.environ | {"KUBECONFIG": str(kubeconfig)}
        done = await asyncio.to_thread(
            subprocess.run, command, env=environment, capture_output=True, text=True, timeout=COMMAND_SECONDS
        )
        assert done.returncode == 0, done.stderr or done.stdout

    return typed
