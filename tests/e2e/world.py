"""What the end-to-end tests speak: a namespace of their own on the real cluster, through kubectl as a user has it."""

import json
import os
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

KUBECTL_SECONDS = 90
LOOK_SECONDS = 0.8  # each look is a kubectl, and the machine has other things to do
TIMEOUT_SECONDS = 400  # only to end what hangs
Manifest = dict[str, Any]


class Refused(AssertionError):
    """kubectl ended with an error: what it said."""


def kubectl(*arguments: str, stdin: str | None = None, seconds: float = KUBECTL_SECONDS) -> str:
    done = subprocess.run(
        ["kubectl", *arguments], input=stdin, capture_output=True, text=True, timeout=seconds, check=False
    )
    if done.returncode != 0:
        raise Refused(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def eventually(what: str, holds: Callable[[], object], seconds: float = TIMEOUT_SECONDS) -> Any:
    """The first true value of `holds`; the last untrue one is in the message when time is up."""
    deadline, last = time.monotonic() + seconds, None
    while time.monotonic() < deadline:
        if last := holds():
            return last
        time.sleep(LOOK_SECONDS)
    raise AssertionError(f"not within {seconds:.0f} s: {what}; last seen: {last}")


def helm(command: str, *arguments: str, seconds: float = 200) -> Any:
    """On the installed chart; what it prints as JSON, where that is asked for."""
    typed = ["helm", command, *arguments, "--namespace", "colonnade-system"]
    done = subprocess.run(typed, capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode != 0:
        raise Refused(f"{' '.join(typed)}: {done.stderr.strip()}")
    return json.loads(done.stdout) if "json" in arguments else None


@dataclass(frozen=True)
class Namespace:
    name: str

    def apply(self, *manifests: Manifest) -> None:
        kubectl("apply", "-n", self.name, "-f", "-", stdin=yaml.safe_dump_all(manifests))

    def get(self, kind: str, name: str) -> Manifest:
        found: Manifest = json.loads(kubectl("get", kind, name, "-n", self.name, "-o", "json"))
        return found

    def all(self, kind: str, selector: str = "") -> list[Manifest]:
        found: Manifest = json.loads(kubectl("get", kind, "-n", self.name, "-l", selector, "-o", "json"))
        return list(found["items"])

    def logged(self, selector: str, message: str) -> list[dict[str, Any]]:
        """The lines with this message in the logs of the pods with these labels."""
        lines = kubectl("logs", "-n", self.name, "-l", selector, "--all-containers", "--tail=-1").splitlines()
        return [line for line in map(json.loads, filter(_is_json, lines)) if line.get("message") == message]

    def delete(self, kind: str, name: str, seconds: float = KUBECTL_SECONDS) -> None:
        kubectl("delete", kind, name, "-n", self.name, f"--timeout={seconds:.0f}s", seconds=seconds + 10)

    def status(self, kind: str, name: str) -> dict[str, Any]:
        return dict(self.get(kind, name).get("status") or {})

    def condition(self, kind: str, name: str, of_type: str) -> dict[str, str]:
        conditions = self.status(kind, name).get("conditions", [])
        return next(
            (dict(c) for c in conditions if c["type"] == of_type), {"status": "Unknown", "reason": "", "message": ""}
        )

    def becomes(
        self, kind: str, name: str, of_type: str = "Ready", status: str = "True", seconds: float = TIMEOUT_SECONDS
    ) -> dict[str, str]:
        """The condition, once it has that status."""
        seen: dict[str, str] = {}

        def holds() -> bool:
            seen.update(self.condition(kind, name, of_type))
            return seen["status"] == status

        try:
            eventually(f"{kind}/{name} {of_type}={status}", holds, seconds)
        except AssertionError as late:
            raise AssertionError(f"{late}: {seen['status']} {seen['reason']}: {seen['message']}") from None
        return seen

    def push(self, dataset: str, file: Path) -> str:
        return self.colonnade("push", f"dset/{dataset}", str(file))

    def colonnade(self, command: str, *arguments: str, seconds: float = 120) -> str:
        """What the command prints."""
        return self._typed(command, *arguments, seconds=seconds).stdout

    def told(self, command: str, *arguments: str, seconds: float = 120) -> str:
        """What the command says of what it does, beside what it prints."""
        return self._typed(command, *arguments, seconds=seconds).stderr

    def _typed(self, command: str, *arguments: str, seconds: float) -> subprocess.CompletedProcess[str]:
        typed = ["kubectl-colonnade", command, *arguments, "-n", self.name]
        done = subprocess.run(typed, capture_output=True, text=True, timeout=seconds, check=False)
        if done.returncode != 0:
            raise Refused(f"{' '.join(typed)}: {done.stderr.strip() or done.stdout.strip()}")
        return done


def kubeconfig(namespace: str, folder: Path) -> Path:
    """A person's, whose context is in that namespace."""
    config = yaml.safe_load(Path(os.environ["KUBECONFIG"]).read_text())
    for each in config["contexts"]:
        each["context"]["namespace"] = namespace
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(config))
    return path


@contextmanager
def passing_namespace(prefix: str) -> Iterator[Namespace]:
    """A new one, which is gone afterwards, whatever happened."""
    name = f"{prefix}-{uuid.uuid4().hex[:8]}"
    kubectl("create", "namespace", name)
    try:
        yield Namespace(name)
    finally:
        kubectl("delete", "namespace", name, "--wait=false")


def _is_json(line: str) -> bool:
    return line.startswith("{")


def dataset(name: str, **spec: Any) -> Manifest:
    return _resource("Dataset", name, {"source": {"upload": {}}, **spec})


def model_version(name: str, data: str, target: str, task: str = "Classification", **training: Any) -> Manifest:
    model, gates = training.pop("model", "model"), training.pop("gates", [])
    estimator = {
        "name": "sklearn.linear_model.LogisticRegression" if task == "Classification" else "lightgbm.LGBMRegressor"
    }
    spec = {"datasetRef": {"name": data}, "target": target, "task": task, "estimator": estimator, "seed": 7, **training}
    return _resource("ModelVersion", name, {"model": model, "training": spec, "gates": gates})


def deployment(name: str, model: str = "model", **spec: Any) -> Manifest:
    return _resource("Deployment", name, {"model": {"name": model, "select": "LatestApproved"}, "replicas": 1, **spec})


def policy(name: str, *signals: dict[str, Any], **spec: Any) -> Manifest:
    return _resource("MonitorPolicy", name, {"interval": "1s", "signals": list(signals), **spec})


def _resource(kind: str, name: str, spec: dict[str, Any]) -> Manifest:
    return {"apiVersion": "colonnade.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec}
