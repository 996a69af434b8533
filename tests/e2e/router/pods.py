"""Real serving processes of one revision, as Prometheus finds a Deployment's pods."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.serving.process import Answer, Served
from tests.unit.serving import models
from tests.unit.serving.telemetry.conftest import EDGES, FROZEN

MODEL = "flights"
TRAINED, NO_VALUE = (200, 200, 200, 200, 200), 10
FIRST = {"edges": EDGES, "counts": list(TRAINED), "missing": NO_VALUE, "min": 0.0, "max": 1.0}


def bundled(logistic: Path, home: Path) -> Path:
    """A bundle of the logistic model that says how two of its columns, and its scores, were distributed."""
    golden = {"X": np.array([[0.1, 0.2, 0.3]], np.float32)}
    features = {"X[0]": FIRST, "X[1]": FROZEN}
    scores = {"edges": [0.5], "counts": [500, 500]}
    models.bundled(logistic, golden, home / "bundle", features=features, scores=scores, classes=[0, 1])
    return home / "bundle"


class Pods:
    """A pod keeps its name when its server is started again, as a container does in Kubernetes."""

    def __init__(self, home: Path, bundle: Path, revision: str = "c1", **environment: str) -> None:
        """environment: of each server, such as COLONNADE_FEEDBACK_KEY."""
        self._home, self._bundle, self._revision = home, bundle, revision
        self._environment = environment
        self._serving: dict[str, Served] = {}
        self._told = home / "targets.json"
        self._tell()

    @property
    def job(self) -> dict[str, Any]:
        found = {"files": [str(self._told)], "refresh_interval": "1s"}
        return {"job_name": "serving", "metrics_path": "/metrics", "file_sd_configs": [found]}

    @property
    def count(self) -> int:
        return len(self._serving)

    def start(self, *pods: str) -> None:
        """At the same time."""
        begun = {pod: self._spawned(pod) for pod in pods}
        for pod, served in begun.items():
            served.logged("ready")
            self._serving[pod] = served
        self._tell()

    def ask(self, pod: str, rows: np.ndarray) -> None:
        """rows: shape (n, 3), NaN for missing."""
        data = [None if math.isnan(value) else value for value in rows.ravel().tolist()]
        self.infer(pod, [{"name": "X", "datatype": "FP32", "shape": list(rows.shape), "data": data}])

    def infer(self, pod: str, tensors: Sequence[object], **parameters: str) -> Answer:
        asked = {"inputs": tensors, "parameters": parameters}
        answer = self._serving[pod].ask("POST", f"/v2/models/{MODEL}/infer", asked)
        assert answer.status == 200, answer.body
        return answer

    def label(self, pod: str, labels: Sequence[object]) -> Mapping[str, int]:
        """What became of them."""
        answer = self._serving[pod].ask("POST", f"/v2/models/{MODEL}/feedback", labels)
        assert answer.status == 200, answer.body
        found: Mapping[str, int] = answer.json()
        return {outcome: count for outcome, count in found.items() if count}

    def end(self, *pods: str) -> None:
        """As a scale-down does: told to stop, and given time."""
        for pod in pods:
            self._serving.pop(pod).end()
        self._tell()

    def kill(self, *pods: str) -> None:
        """As for want of memory: at once."""
        for pod in pods:
            process = self._serving.pop(pod).process
            process.kill()
            process.wait()
        self._tell()

    def stop(self) -> None:
        self.kill(*self._serving)

    def _spawned(self, pod: str) -> Served:
        return Served.start(
            self._home / f"{pod}.log", str(self._bundle), f"--model={MODEL}", "--drain-delay=0", **self._environment
        )

    def _tell(self) -> None:
        labels = {"namespace": "air", "deployment": MODEL, "revision": self._revision}
        targets: Sequence[object] = [
            {"targets": [f"127.0.0.1:{served.port}"], "labels": labels | {"pod": pod, "instance": pod}}
            for pod, served in self._serving.items()
        ]
        fresh = self._told.with_suffix(".new")
        fresh.write_text(json.dumps(targets))
        fresh.replace(self._told)
