from pathlib import Path

import pytest

from tests.unit.jobs.harness import SCHEMA, Harness, people


@pytest.fixture
def harness(tmp_path: Path) -> Harness:
    return Harness(tmp_path)


@pytest.fixture(scope="session")
def peoples_harness(tmp_path_factory: pytest.TempPathFactory) -> Harness:
    """A harness whose last dataset is `people`, shared by tests that only train."""
    harness = Harness(tmp_path_factory.mktemp("people"))
    harness.dataset(people(), schema=SCHEMA)
    return harness
