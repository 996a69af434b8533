import os
import subprocess
from pathlib import Path

import pytest

from tests.documented import REPOSITORY
from tests.unit.chart.rendered import BINARY


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """The chart as `make chart` packages it from a copy of what it needs."""
    for name in ("Makefile", "helm"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    command = ["make", "--silent", "chart", "REGISTRY=registry.test/us", "VERSION=1.2.3"]
    environment = os.environ | {"PATH": f"{BINARY.parent}:{os.environ['PATH']}"}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=300)
    return tmp_path / "build/chart/colonnade-1.2.3.tgz"


def test_a_released_chart_names_its_own_images(released: Path):
    command = [str(BINARY), "template", "colonnade", str(released)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout
    assert "image: registry.test/us/operator:1.2.3" in said
    for image in ("serving", "jobs"):
        assert f"registry.test/us/{image}:1.2.3" in said
    assert ":dev" not in said


def test_a_release_without_a_registry_is_refused():
    ended = subprocess.run(["make", "chart"], cwd=REPOSITORY, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode
    assert "make chart REGISTRY=" in ended.stdout
