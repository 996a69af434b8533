"""Starting a server with the kit's models: ours, or a peer as its own documentation has it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.serving import environments as bench

from . import environments

HERE = Path(__file__).resolve().parent
TIMEOUT_SECONDS = 90.0


class ServerError(Exception):
    """It did not become ready; its last words are in the message."""


@dataclass(frozen=True)
class Address:
    """Where a server answers; openapi: its document's path, or empty."""

    name: str
    url: str
    grpc: str
    openapi: str = ""


@dataclass(frozen=True)
class Server:
    """command(http, grpc, scratch): ports and a folder of its own. title: as people know it."""

    title: str
    command: Callable[[int, int, Path], list[str | Path]]
    openapi: str = ""
    env: Mapping[str, str] = field(default_factory=dict)


def _ours(http: int, grpc: int, _: Path) -> list[str | Path]:
    serve = "from colonnade_serving.main import main; main()"
    ports = [f"--http-port={http}", f"--grpc-port={grpc}", "--host=127.0.0.1", "--drain-delay=0"]
    return [sys.executable, "-c", serve, environments.models(), *ports]


def _peer(name: str, venv: str) -> Callable[[int, int, Path], list[str | Path]]:
    def command(http: int, grpc: int, scratch: Path) -> list[str | Path]:
        script = HERE / "servers" / name / "serve.py"
        return [bench.binaries(venv) / "python", script, str(http), str(grpc), scratch]

    return command


SERVERS = {
    "ours": Server("Colonnade", _ours, "/openapi.json", {"COLONNADE_MODEL_CONTROL": "true"}),
    "triton": Server("Triton 2.51", _peer("triton", "pytriton")),
    "mlserver": Server("MLServer 1.7.1", _peer("mlserver", "mlserver"), "/v2/docs/dataplane.json"),
    "kserve": Server("KServe 0.21", _peer("kserve", "kserve"), "/openapi.json"),
}


@contextmanager
def running(name: str) -> Iterator[Address]:
    """The server, ready, and gone afterwards. Raises ServerError."""
    server = SERVERS[name]
    http, grpc = _free_port(), _free_port()
    with tempfile.TemporaryDirectory(prefix="conformance-") as scratch:
        log = Path(scratch, "server.log")
        command = [str(word) for word in server.command(http, grpc, Path(scratch))]
        with log.open("wb") as file:
            process = subprocess.Popen(
                command,
                cwd=scratch,
                env=os.environ | server.env,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _wait(f"http://127.0.0.1:{http}/v2/models/sums/ready", process, log)
            yield Address(server.title, f"http://127.0.0.1:{http}", f"127.0.0.1:{grpc}", server.openapi)
        finally:
            _end(process)


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.1)
    raise ServerError(f"not ready: {log.read_text(errors='replace')[-1500:]}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """The process and all that it started, which are one session."""
    for sig in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sig)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port
