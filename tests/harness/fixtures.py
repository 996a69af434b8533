"""What a conftest.py imports to put its tests on the stage."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from kubernetes import client

from tests.harness.harness import Harness, World, stage
from tests.harness.users import Users


@pytest.fixture(scope="session")
def world(kubeconfig: Path, api: client.ApiClient, tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(kubeconfig, api, tmp_path_factory.mktemp("runs"))


@pytest.fixture
async def here(world: World) -> AsyncIterator[Harness]:
    """A namespace with everybody in it but an operator."""
    async with stage(world) as made:
        yield made


@pytest.fixture
def users(here: Harness) -> Users:
    return Users(here.client, here.journal)
