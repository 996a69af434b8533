"""How a bundle was made, as SLSA's provenance has it, in an in-toto statement.

https://slsa.dev/spec/v1.0/provenance and https://in-toto.io/Statement/v1
"""

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import colonnade_api
import colonnade_serving
from colonnade_api.jobs import TrainJob
from colonnade_serving import digests
from colonnade_serving.bundle import MANIFEST

from .. import evaluation
from ..facts import Facts

STATEMENT = "https://in-toto.io/Statement/v1"
PROVENANCE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "https://colonnade.dev/build/model/v1"
BUILDER = "https://colonnade.dev/builder/training-job/v1"
CODE = {
    "colonnade-api": Path(colonnade_api.__file__).parent,
    "colonnade-jobs": Path(__file__).parents[2],
    "colonnade-serving": Path(colonnade_serving.__file__).parent,
}


@dataclass(frozen=True)
class Run:
    """One run of a training Job: who ran it, from when until when, in UTC."""

    invocation: str
    began: datetime
    ended: datetime


def describe(job: TrainJob, facts: Facts, folder: Path, run: Run) -> dict[str, Any]:
    """The statement about the bundle in a folder: of what, by what and when it was made."""
    return {
        "_type": STATEMENT,
        "subject": list(_subjects(folder)),
        "predicateType": PROVENANCE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {"spec": evaluation.made_by(job)},
                "internalParameters": _internal(job, facts),
                "resolvedDependencies": [*_materials(job, facts), *_code(), *_libraries(facts)],
            },
            "runDetails": {
                "builder": {"id": BUILDER, "version": {"colonnade-jobs": metadata.version("colonnade-jobs")}},
                "metadata": {
                    "invocationId": run.invocation,
                    "startedOn": _time(run.began),
                    "finishedOn": _time(run.ended),
                },
            },
        },
    }


def _subjects(folder: Path) -> Iterator[dict[str, Any]]:
    """bundle.json first: its digest is the bundle's."""
    for file in sorted(folder.iterdir(), key=lambda file: (file.name != MANIFEST, file.name)):
        yield {"name": file.name, "digest": _sha256(digests.of_file(file))}


def _internal(job: TrainJob, facts: Facts) -> dict[str, Any]:
    told = {"modelVersion": f"{job.namespace}/{job.name}", "arithmetic": facts.lineage.get("arithmetic")}
    return {name: value for name, value in told.items() if value is not None}


def _materials(job: TrainJob, facts: Facts) -> Iterator[dict[str, Any]]:
    if job.dataset:
        yield {
            "name": f"dataset {job.dataset.name}",
            "uri": f"colonnade:dataset/{job.namespace}/{job.dataset.name}",
            "digest": _sha256(job.dataset.digest),
        }
    if source := facts.lineage.get("source"):
        yield {"name": "imported model", "uri": source} | ({"digest": _sha256(job.upload)} if job.upload else {})
    if job.image:
        name, _, digest = job.image.partition("@")
        yield {"name": "image", "uri": f"oci://{name}"} | ({"digest": _sha256(digest)} if digest else {})


def _code() -> Iterator[dict[str, Any]]:
    """This program's own, by what it consists of: its version alone doesn't tell a changed image."""
    for name, folder in CODE.items():
        yield _package(name, metadata.version(name)) | {"digest": _sha256(_digest_of_code(folder))}


def _digest_of_code(folder: Path) -> str:
    files = sorted(folder.rglob("*.py"))
    lines = [f"{digests.hex_of(digests.of_file(file))}  {file.relative_to(folder).as_posix()}\n" for file in files]
    return digests.of_bytes("".join(lines).encode())


def _libraries(facts: Facts) -> Iterator[dict[str, Any]]:
    found = facts.versions or {name: metadata.version(name) for name in ("onnx", "onnxruntime")}
    for name, version in found.items():
        if name not in CODE and name != "python":
            yield _package(name, version)
    yield {"name": "python", "uri": f"pkg:generic/python@{platform.python_version()}"}


def _package(name: str, version: str) -> dict[str, Any]:
    return {"name": name, "uri": f"pkg:pypi/{name}@{version}"}


def _sha256(digest: str) -> dict[str, str]:
    return {"sha256": digest.removeprefix(digests.PREFIX)}


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
