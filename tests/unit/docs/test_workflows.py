"""What the forge runs for us: pinned, with no more rights than it needs, and naming no host."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.documented import REPOSITORY

WORKFLOWS = sorted((REPOSITORY / ".github/workflows").glob("*.yml"))
FORMS = sorted((REPOSITORY / ".github/ISSUE_TEMPLATE").glob("*.yml"))


def read(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text()))


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_each_action_is_pinned_by_its_commit(path: Path):
    used = [step["uses"] for step in steps(read(path)) if "uses" in step]
    assert used
    assert [each for each in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", each)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_each_job_says_its_rights_and_its_time(path: Path):
    workflow = read(path)
    assert workflow["permissions"] == {}
    allowed = {"contents": {"read"}, "id-token": {"write"}}
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"]
        assert all(right in allowed.get(name, ()) for name, right in job["permissions"].items())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_expression_is_pasted_into_a_script(path: Path):
    """A branch's name can be a command: values reach a script by its environment."""
    assert [step["run"] for step in steps(read(path)) if "${{" in step.get("run", "")] == []


def test_the_ladder_is_the_one_of_every_machine():
    ladder = read(REPOSITORY / ".github/workflows/ci.yml")["jobs"]["ladder"]
    assert [step["run"] for step in ladder["steps"] if "run" in step] == [".ci/run"]


def test_each_image_that_there_is_is_built_and_signed():
    images = read(REPOSITORY / ".github/workflows/ci.yml")["jobs"]["images"]
    assert sorted(images["strategy"]["matrix"]["image"]) == sorted(
        path.parent.name for path in REPOSITORY.glob("*/Dockerfile")
    )
    assert any(step.get("run", "").startswith("cosign sign") for step in images["steps"])


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_asks_something(path: Path):
    form = read(path)
    assert path.name == "config.yml" or any(part["type"] != "markdown" for part in form["body"])
