"""Answers for programs: `-o json`, `-o yaml`, `--version`."""

import json
from collections.abc import Callable
from importlib.metadata import version as installed
from typing import Any

import pytest
import yaml

from tests.unit.cli.conftest import Run
from tests.unit.cli.objects import Object, canary, deployment, flights, pod, policy, version
from tests.unit.cli.playground import Playground
from tests.unit.cli.test_commands import interrupted
from tests.unit.cli.test_views import serving

READ: dict[str, Callable[[str], Any]] = {"json": json.loads, "yaml": yaml.safe_load}


@pytest.mark.parametrize("output", READ)
@pytest.mark.parametrize("item", [flights(), version(1), canary(), policy()], ids=lambda item: item["kind"])
def test_status_is_the_object_itself(cluster: Playground, kubectl_colonnade: Run, item: Object, output: str) -> None:
    cluster.add(item)
    seen = kubectl_colonnade("status", f"{item['kind']}/{item['metadata']['name']}", "-o", output)
    assert READ[output](seen.out) == item


def test_whose_field_is_whose_is_left_out_as_kubectl_does(cluster: Playground, kubectl_colonnade: Run) -> None:
    item = flights()
    cluster.add({**item, "metadata": item["metadata"] | {"managedFields": [{"manager": "kubectl"}]}})
    assert json.loads(kubectl_colonnade("status", "dset/flights", "-o", "json").out) == item


def test_watched_for_a_program_each_change_is_a_document(
    cluster: Playground, kubectl_colonnade: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.add(deployment())
    changed = canary()
    changed["metadata"]["resourceVersion"] = "8"
    happens = iter([lambda: cluster.add(changed), lambda: None, interrupted])
    monkeypatch.setattr("colonnade.cli.waiting.time.sleep", lambda _: next(happens)())
    seen = kubectl_colonnade("status", "flights-late", "--watch", "-o", "yaml")
    assert list(yaml.safe_load_all(seen.out)) == [deployment(), changed]


@pytest.mark.parametrize("output", READ)
def test_the_tree_is_a_list_of_its_objects(cluster: Playground, kubectl_colonnade: Run, output: str) -> None:
    trained = pod("trained", {"component": "training", "modelversion": "flights-late-1"}, phase="Succeeded")
    pods = [serving("late-1", "1111111111"), serving("other-1", "9999999999"), trained]
    cluster.add(flights(), version(1), version(2), deployment(), *pods)
    seen = READ[output](kubectl_colonnade("tree", "flights-late", "-o", output).out)
    assert (seen["kind"], seen["apiVersion"]) == ("List", "v1")
    assert [f"{each['kind']}/{each['metadata']['name']}" for each in seen["items"]] == [
        "Dataset/flights",
        "ModelVersion/flights-late-1",
        "Deployment/flights-late",
        "Pod/late-1",
    ]


def test_an_unknown_format_is_a_wrong_command_line(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(flights())
    seen = kubectl_colonnade("status", "dset/flights", "-o", "xml")
    assert seen.code == 2
    assert "'json', 'yaml'" in seen.err


def test_the_version_is_the_installed_one(kubectl_colonnade: Run) -> None:
    seen = kubectl_colonnade("--version")
    assert (seen.code, seen.out) == (0, f"kubectl-colonnade {installed('colonnade')}\n")
