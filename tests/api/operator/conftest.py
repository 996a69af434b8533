"""An operator beside the real API server, with its own rights and no more, looking after one test's namespace."""

import pytest

from tests.harness.fixtures import here, users, world

__all__ = ["here", "users", "world"]


@pytest.fixture
def operator(here):
    return here.operator()
