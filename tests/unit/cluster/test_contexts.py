"""When an image is built again: when what it is made from has changed, and only then."""

from pathlib import Path

import pytest

from cluster.contexts import digest
from cluster.images import JOBS


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "module.py").write_text("x = 1\n")
    (tmp_path / "lock.txt").write_text("a==1\n")
    return tmp_path


def of(sources: Path, *more: str) -> str:
    return digest(sources, ("lock.txt", "package"), *more)


def test_the_same_sources_have_the_same_digest(sources: Path) -> None:
    assert of(sources) == of(sources)


def test_another_content_is_another_digest(sources: Path) -> None:
    before = of(sources)
    (sources / "package" / "module.py").write_text("x = 2\n")
    assert of(sources) != before


def test_another_name_is_another_digest(sources: Path) -> None:
    before = of(sources)
    (sources / "package" / "module.py").rename(sources / "package" / "other.py")
    assert of(sources) != before


def test_another_base_is_another_digest(sources: Path) -> None:
    assert of(sources, "base 1") != of(sources, "base 2")


def test_what_python_leaves_behind_is_not_counted(sources: Path) -> None:
    before = of(sources)
    (sources / "package" / "__pycache__").mkdir()
    (sources / "package" / "__pycache__" / "module.cpython-311.pyc").write_bytes(b"\0")
    assert of(sources) == before


def test_a_neighbour_that_is_not_copied_is_not_counted(sources: Path) -> None:
    before = of(sources)
    (sources / "README.md").write_text("hello")
    assert of(sources) == before


def test_the_jobs_image_holds_the_engine_that_will_serve_so_it_follows_its_sources() -> None:
    assert "serving/colonnade_serving" in JOBS.sources
