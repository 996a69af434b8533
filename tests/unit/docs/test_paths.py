"""Where CONTRIBUTING and the contributors' pages send people, there is something."""

import re
from pathlib import Path

import pytest

from tests.documented import FENCE, INLINE, REPOSITORY

PAGES = [REPOSITORY / "CONTRIBUTING.md", *sorted((REPOSITORY / "docs/contributing").glob("*.md"))]
ROOMS = {path.name for path in REPOSITORY.iterdir()}
PATH = re.compile(r"^[\w./-]+$")


def named(page: Path) -> list[str]:
    """Code that reads like a path from the repository's root."""
    found = INLINE.findall(FENCE.sub("", page.read_text()))
    return sorted({each for each in found if PATH.match(each) and each.split("/")[0] in ROOMS})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_path_that_is_named_exists(page: Path) -> None:
    assert [path for path in named(page) if not (REPOSITORY / path).exists()] == []


def test_contributing_names_each_room_of_code() -> None:
    text = " ".join(named(REPOSITORY / "CONTRIBUTING.md"))
    plan = {path.parent for path in (REPOSITORY / "operator/colonnade/plan").glob("*/plan.py")}
    rooms = {path for path in (REPOSITORY / "operator/colonnade").iterdir() if (path / "__init__.py").exists()}
    wanted = [path.relative_to(REPOSITORY).as_posix() for path in sorted(plan | rooms)]
    assert [room for room in wanted if room not in text and not room.endswith("monitorpolicy")] == []


@pytest.mark.parametrize("page", ["README.md", "SECURITY.md", "examples/README.md"])
def test_each_link_of_a_page_that_is_not_in_the_site_leads_somewhere(page: str) -> None:
    path = REPOSITORY / page
    targets = re.findall(r"\]\(([^):#]+)[^)]*\)", path.read_text())
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("folder", ["how-to", "operations", "reference"])
def test_a_sections_first_page_names_the_others(folder: str) -> None:
    pages = sorted((REPOSITORY / "docs" / folder).glob("*.md"))
    first = (REPOSITORY / "docs" / folder / "README.md").read_text()
    assert [page.name for page in pages if page.name != "README.md" and f"({page.name})" not in first] == []


def test_the_map_of_the_architecture_names_each_room() -> None:
    text = (REPOSITORY / "docs/contributing/architecture.md").read_text()
    packages = ("operator/colonnade", "serving/colonnade_serving", "jobs/colonnade_jobs")
    rooms = [path.parent.name for package in packages for path in (REPOSITORY / package).glob("*/__init__.py")]
    assert len(rooms) > 20
    assert [room for room in sorted(rooms) if f"{room}/" not in text] == []
