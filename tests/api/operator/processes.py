"""Operators as processes of their own, so that they can be killed, stopped and started again."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LIMIT_SECONDS = 20


def eventually(holds, what, limit=LIMIT_SECONDS):
    """Waits until `holds()` is truthy, and returns what it gave."""
    deadline = time.monotonic() + limit
    while not (found := holds()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {limit} s: {what}")
        time.sleep(0.05)
    return found


@dataclass
class OperatorProcess:
    """One replica; `start` and `kill` may alternate."""

    kubeconfig: Path
    namespace: str
    folder: Path
    name: str = "operator-a"
    environment: dict[str, str] = field(default_factory=dict)
    process: Any = None

    def start(self, ready=True):
        self.port = _free_port()
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("COLONNADE_")},
            "KUBECONFIG": str(self.kubeconfig),
            "COLONNADE_NAMESPACE": self.namespace,
            "COLONNADE_WATCH_NAMESPACES": self.namespace,
            "COLONNADE_POD_NAME": self.name,
            "COLONNADE_PORT": str(self.port),
            "COLONNADE_LEASE_SECONDS": "3",
            "COLONNADE_RENEW_SECONDS": "2",
            "COLONNADE_RETRY_SECONDS": "0.4",
            "COLONNADE_RESYNC_SECONDS": "1",
            **self.environment,
        }
        with (self.folder / f"{self.name}.log").open("ab") as log:
            command = [sys.executable, "-m", "colonnade.runtime"]
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        if ready:
            eventually(self.ready, f"{self.name} ready; see {self.folder}")
        return self

    def kill(self, number=signal.SIGKILL):
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)

    def end(self):
        self.kill(signal.SIGCONT)
        self.kill(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
            self.process.wait(10)

    def exit_code(self):
        return self.process.poll()

    def ready(self):
        return self._get("readyz") is not None

    def leads(self):
        return self.measured("colonnade_operator_leader") == 1.0

    def writes(self):
        return self.measured("colonnade_operator_writes_total")

    def passes(self):
        return self.measured("colonnade_operator_pass_duration_seconds_count")

    def measured(self, name):
        """The sum over its labels."""
        lines = (self._get("metrics") or "").splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.split("{")[0].split(" ")[0] == name)

    def said(self):
        return (self.folder / f"{self.name}.log").read_text()

    def _get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=2) as answer:
                return answer.read().decode()
        except OSError:
            return None


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
