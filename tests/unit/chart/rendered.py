"""The chart as Helm renders it, and the parts that the tests look at."""

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from cluster.build import HELM, program
from cluster.paths import REPOSITORY

CHART = REPOSITORY / "helm" / "colonnade"
BINARY: Path = program(HELM, "helm")
NAMESPACE = "colonnade-system"
Manifest = dict[str, Any]


class Refused(Exception):
    """Helm's own words on why these values don't do."""


def render(values: Mapping[str, Any], *api_versions: str) -> list[Manifest]:
    """api_versions: what the cluster has beside what every one has, such as apps/v1/Deployment. Raises Refused."""
    command = [str(BINARY), "template", "colonnade", str(CHART), "--namespace", NAMESPACE, "--values", "-"]
    command += [f"--api-versions={each}" for each in api_versions]
    given = yaml.safe_dump(dict(values))
    ended = subprocess.run(command, input=given, capture_output=True, text=True, timeout=300, check=False)
    if ended.returncode:
        raise Refused(ended.stderr)
    return [each for each in yaml.safe_load_all(ended.stdout) if each]


def of_kind(manifests: list[Manifest], *kinds: str) -> list[Manifest]:
    return [each for each in manifests if each["kind"] in kinds]


def named(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    (found,) = [each for each in of_kind(manifests, kind) if each["metadata"]["name"] == name]
    return found


def pods(manifests: list[Manifest]) -> Iterator[tuple[str, dict[str, str], Manifest]]:
    """Each pod's name, labels and spec, whatever makes it."""
    for each in of_kind(manifests, "Deployment", "Job", "Pod"):
        template = each if each["kind"] == "Pod" else each["spec"]["template"]
        yield each["metadata"]["name"], template["metadata"]["labels"], template["spec"]


def containers(spec: Manifest) -> list[Manifest]:
    return [*spec.get("initContainers", []), *spec["containers"]]
