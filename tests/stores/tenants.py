"""Pods of namespaces that have a bucket each, as processes: their commands, with what their Secrets give them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colonnade.kube.kinds import DATASETS, DEPLOYMENTS, MODEL_VERSIONS, Key
from colonnade.manifests import BucketStore, Owner, Platform, job, workload
from colonnade.plan.common.actions import EnsureRevision, RunJob
from colonnade_api import DatasetSpec, ModelVersionSpec, Serving
from colonnade_api.jobs import DatasetJob, TrainingData, TrainJob
from colonnade_api.jobs.keeping import KeepJob
from tests.objectstore import REGION, ObjectStore
from tests.serving.process import Served

JOBS = [sys.executable, "-c", "from colonnade_jobs.main import main; main()"]
Answer = dict[str, Any]


@dataclass(frozen=True)
class Team:
    """A namespace, the platform that its pods are made by, and the Secrets that lie in it."""

    namespace: str
    platform: Platform
    secrets: dict[str, dict[str, str]]
    folder: Path

    def collect(self, source: dict[str, Any], **more: Any) -> Answer:
        spec = DatasetSpec.model_validate({"source": source, **more})
        return self._run(DATASETS, "rows", DatasetJob(namespace=self.namespace, name="rows", spec=spec))

    def keep(self, task: dict[str, Any], **spec: Any) -> Answer:
        told = {"namespace": self.namespace, "name": "rows", "spec": spec, "task": task}
        return self._run(DATASETS, "rows", KeepJob.model_validate(told))

    def train(self, digest: str, **training: Any) -> Answer:
        whole = {"datasetRef": {"name": "rows"}, "seed": 1, **training}
        spec = ModelVersionSpec.model_validate({"model": "late", "training": whole})
        return self._model(spec, TrainingData(name="rows", digest=digest))

    def take_in(self, **source: Any) -> Answer:
        return self._model(ModelVersionSpec.model_validate({"model": "late", "source": source}), None)

    @contextmanager
    def serves(self, made: Answer) -> Iterator[Served]:
        """Raises AssertionError, with the server's log, where the bundle can't be had."""
        wanted = EnsureRevision("c0ffee0123", "late-1", made["digest"], made["artifactUri"], 1, Serving())
        owner = Owner(Key(DEPLOYMENTS, self.namespace, "late"), "0")
        pods = workload(self.platform, owner, wanted)["spec"]["template"]["spec"]
        told = {name: value for name, value in self._environment(pods).items() if name != "COLONNADE_HTTP_PORT"}
        log = self.folder / "serving.log"
        served = Served.start(log, **told, COLONNADE_CACHE=str(self.folder / "cache"))
        try:
            yield served
        finally:
            served.end()

    def _model(self, spec: ModelVersionSpec, data: TrainingData | None) -> Answer:
        told = TrainJob(namespace=self.namespace, name="late-1", image="jobs:1", spec=spec, dataset=data)
        return self._run(MODEL_VERSIONS, "late-1", told)

    def _run(self, kind: Any, name: str, document: Any) -> Answer:
        """What the Job answers."""
        made = job(self.platform, Owner(Key(kind, self.namespace, name), "0"), RunJob(f"{name}-1", "0", document))
        pods = made["spec"]["template"]["spec"]
        answer = self.folder / "answer.json"
        ended = subprocess.run(
            [*JOBS, pods["containers"][0]["command"][1]],
            env=_clean() | self._environment(pods) | {"COLONNADE_TERMINATION_LOG": str(answer)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert answer.exists(), ended.stderr
        found: Answer = json.loads(answer.read_text())
        answer.unlink()
        return found

    def _environment(self, pods: Any) -> dict[str, str]:
        """As a kubelet would: of the namespace's own Secrets alone."""
        told = {}
        for each in pods["containers"][0]["env"]:
            reference = each.get("valueFrom", {}).get("secretKeyRef")
            value = self.secrets[reference["name"]].get(reference["key"]) if reference else each["value"]
            if value is not None:
                told[each["name"]] = value
        return told


def team(name: str, server: ObjectStore, stores: dict[str, BucketStore], folder: Path, **more: ObjectStore) -> Team:
    """more: further Secrets of its namespace, by their names."""
    platform = Platform("serving:1", "jobs:1", "router", "colonnade-system", stores=stores)
    given = {f"{name}-store": server, **more}
    secrets = {
        secret: {"AWS_ACCESS_KEY_ID": each.key, "AWS_SECRET_ACCESS_KEY": each.secret, "AWS_ENDPOINT_URL": each.endpoint}
        for secret, each in given.items()
    }
    own = folder / name
    own.mkdir()
    return Team(name, platform.of(name), secrets, own)


def store_of(name: str, bucket: str, server: ObjectStore, **more: Any) -> BucketStore:
    return BucketStore(f"s3://{bucket}", f"{name}-store", server.endpoint, REGION, **more)


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COLONNADE_"))}
