from pathlib import Path

import pytest

from tests.unit.jobs.keeper import Keeper


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    return Keeper(tmp_path)
