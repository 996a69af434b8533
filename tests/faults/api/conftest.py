"""A real API server, no cluster: what the other fault tests ask for doesn't hold here."""

import asyncio

import pytest

from tests.api.conftest import api, kubeconfig
from tests.faults.api.runs import Reference, recorded
from tests.faults.api.stage import World, stage

__all__ = ["api", "kubeconfig"]


@pytest.fixture(scope="session")
def installed() -> None:
    """No cluster is needed."""


@pytest.fixture(scope="session")
def world(kubeconfig, api, tmp_path_factory) -> World:
    return World(kubeconfig, api, tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="session")
def reference(world) -> Reference:
    """The story without faults."""
    return asyncio.run(recorded(world))


@pytest.fixture
async def here(world):
    """A namespace with everybody in it but an operator."""
    async with stage(world) as made:
        yield made
