"""The real server as a process, on a port of its own choice."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

COMMAND = [sys.executable, "-c", "from colonnade_serving.main import main; main()"]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Served:
    process: subprocess.Popen[bytes]
    log: Path
    port: int

    @classmethod
    def start(cls, log: Path, *arguments: str, **environment: str) -> Self:
        with log.open("wb") as file:
            process = subprocess.Popen(
                [*COMMAND, *arguments, "--host=127.0.0.1", "--http-port=0"], stderr=file, env=os.environ | environment
            )
        served = cls(process, log, 0)
        served.port = int(served.logged("listening")["port"])
        return served

    def logged(self, message: str, seconds: float = 60) -> dict[str, Any]:
        """Waits for a line in the log."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for line in self.log.read_text().splitlines():
                if line.startswith("{") and (record := json.loads(line))["message"] == message:
                    return dict(record)
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"no {message!r} in the log: {self.log.read_text()}")

    def connect(self) -> "closing[http.client.HTTPConnection]":
        """A connection that is kept over several requests, and closed at the end of a `with`."""
        return closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20))

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """One request on a connection of its own; an object goes as JSON."""
        with self.connect() as connection:
            return ask(connection, method, path, body, **headers)

    def metric(self, series: str) -> float:
        """The value of a series, as it stands in /metrics; 0 when it isn't there yet."""
        for line in self.ask("GET", "/metrics").body.decode().splitlines():
            if line.startswith(series + " "):
                return float(line.split()[-1])
        return 0.0

    def end(self, sig: signal.Signals = signal.SIGTERM, seconds: float = 30) -> int:
        """Sends a signal and waits; the exit code."""
        self.process.send_signal(sig)
        return self.process.wait(seconds)


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: object = None, **headers: str) -> Answer:
    sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    connection.request(method, path, sent, {name.replace("_", "-"): value for name, value in headers.items()})
    got = connection.getresponse()
    return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())


@contextmanager
def serving(folder: Path, *arguments: str, **environment: str) -> Iterator[Served]:
    """A server that is ready, and gone afterwards."""
    served = Served.start(folder / "serve.log", *arguments, **environment)
    try:
        served.logged("ready")
        yield served
    finally:
        if served.process.poll() is None:
            served.process.kill()
            served.process.wait()


def run(*arguments: str, seconds: float = 60, **environment: str) -> subprocess.CompletedProcess[str]:
    """A server that is expected to end by itself."""
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env=os.environ | environment,
    )


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Waits for it to become true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


def row(*values: float | None) -> dict[str, Any]:
    """A request of one row for a model with the one input X."""
    return {"inputs": [{"name": "X", "datatype": "FP32", "shape": [1, len(values)], "data": list(values)}]}
