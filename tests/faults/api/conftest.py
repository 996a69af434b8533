"""A real API server, no cluster: what the other fault tests ask for doesn't hold here."""

import asyncio

import pytest

from tests.faults.api.runs import Reference, recorded
from tests.harness.apiserver import api, kubeconfig
from tests.harness.fixtures import here, users, world

__all__ = ["api", "here", "kubeconfig", "users", "world"]


@pytest.fixture(scope="session")
def installed() -> None:
    """No cluster is needed."""


@pytest.fixture(scope="session")
def reference(world) -> Reference:
    """The story without faults."""
    return asyncio.run(recorded(world))
