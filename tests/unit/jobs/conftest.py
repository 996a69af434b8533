from pathlib import Path

import pytest

from tests.unit.jobs.desk import SCHEMA, Desk, people


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(scope="session")
def peoples_desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose last dataset is `people`, shared by tests that only train."""
    desk = Desk(tmp_path_factory.mktemp("people"))
    desk.dataset(people(), schema=SCHEMA)
    return desk
