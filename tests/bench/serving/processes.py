"""A server as processes on one core: started, looked at, asked, ended whole."""

import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import environments, rpc
from .cases import Case
from .payloads import flatten
from .registry import Server

TICK = os.sysconf("SC_CLK_TCK")
LIMIT_OFF_BY = 1e-4
TIMEOUT_SECONDS = 20.0
MESSAGE_CHARACTERS = 1500


class ServerError(Exception):
    """It did not start, or its answer is wrong; its last words are in the message."""


@dataclass(frozen=True)
class Usage:
    """Of all processes of a server together; shared pages count in each one's resident bytes, once in proportional."""

    processes: int
    cpu_seconds: float
    resident_bytes: int
    proportional_bytes: int


class Running:
    """Known by a mark in its environment, which all that it starts inherit."""

    def __init__(self, server: Server, case: Case, core: str, port: int, scratch: Path) -> None:
        _must_be_free(port)
        self.server, self.url, self.target = server, f"http://127.0.0.1:{port}", f"127.0.0.1:{port + 1}"
        self._mark, self._log = f"BENCH_MARK={uuid.uuid4().hex}", scratch / "server.log"
        fill = _fill(server, case, port, scratch)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                ["taskset", "-c", core, *server.command.format(**fill).split()],
                cwd=environments.SERVERS / server.dir,
                env=_environment(server, case, fill) | dict([self._mark.split("=")]),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self, seconds: float) -> None:
        """Until it says that it is ready."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise ServerError(f"exited {self._process.returncode}: {self._failure_message()}")
            with suppress(OSError), urllib.request.urlopen(self.url + self.server.ready, timeout=2):
                return
            time.sleep(0.1)
        raise ServerError(f"not ready in {seconds} s: {self._failure_message()}")

    def off_by(self, case: Case, rows: int) -> float | None:
        """The largest difference from the right answers over nine windows of rows. Raises when it isn't small."""
        if self.server.read is None:
            return None
        worst = 0.0
        for start in range(0, len(case.rows) - 1, 7):
            window = case.window(start, rows)
            got, wanted = self._ask(window), flatten(window.answers)
            if len(got) != len(wanted):
                raise ServerError(f"{len(got)} numbers in the answer, expected {len(wanted)}")
            worst = max(worst, *(abs(a - b) for a, b in zip(got, wanted, strict=True)))
            if not worst < LIMIT_OFF_BY:
                raise ServerError(f"wrong answer: off by {worst}")
        return worst

    def usage(self) -> Usage:
        cpu, resident, proportional, count = 0.0, 0, 0, 0
        for pid in self._pids():
            with suppress(OSError):
                times = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                memory = Path(f"/proc/{pid}/smaps_rollup").read_text()
                cpu += (int(times[11]) + int(times[12])) / TICK
                resident += _kibibytes(memory, "Rss") * 1024
                proportional += _kibibytes(memory, "Pss") * 1024
                count += 1
        return Usage(count, cpu, resident, proportional)

    def stop(self) -> None:
        """Asks it to end, then ends all that bear its mark."""
        with suppress(subprocess.TimeoutExpired, ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(5)
        for _ in range(3):
            left = self._pids()
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if not left:
                break
            time.sleep(0.3)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)

    def _ask(self, case: Case) -> list[float]:
        end = time.monotonic() + TIMEOUT_SECONDS
        while True:  # some say that they are ready before they can answer
            try:
                return rpc.ask(self.target, case) if self.server.rpc else self._post(case)
            except OSError as error:
                if time.monotonic() > end:
                    told = error.read()[:500] if hasattr(error, "read") else b""
                    raise ServerError(f"{error} {told!r} {self._failure_message()}") from error
                time.sleep(0.2)

    def _post(self, case: Case) -> list[float]:
        assert self.server.read is not None
        body, headers = self.server.ask(case)
        request = urllib.request.Request(
            self.url + self.server.predict,
            body,
            {"Content-Type": self.server.content_type, **headers},
            method="POST",
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return self.server.read(answer.read(), {k.lower(): v for k, v in answer.headers.items()})

    def _pids(self) -> list[int]:
        found = []
        for entry in filter(str.isdigit, os.listdir("/proc")):
            with suppress(OSError):
                if self._mark.encode() in Path(f"/proc/{entry}/environ").read_bytes():
                    found.append(int(entry))
        return found

    def _failure_message(self) -> str:
        return self._log.read_text(errors="replace")[-MESSAGE_CHARACTERS:]


@contextmanager
def running(server: Server, case: Case, core: str, port: int) -> Iterator[Running]:
    """The server, started; it may not be ready yet. Afterwards nothing of it is left."""
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as scratch:
        started = Running(server, case, core, port, Path(scratch))
        try:
            yield started
        finally:
            started.stop()


def _must_be_free(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise ServerError(f"port {port} is in use: choose another with --port")


def _fill(server: Server, case: Case, port: int, scratch: Path) -> dict[str, Any]:
    programs = environments.binaries(server.venv)
    return {
        "bin": programs,
        "py": programs / "python3",
        "pylib": Path(os.path.realpath(programs / "python3")).parent.parent / "lib",
        "port": port,
        "port1": port + 1,
        "port2": port + 2,
        "scratch": scratch,
        "model": case.folder / "model.onnx",
        "joblib": case.folder / "model.joblib",
        "bundle": case.folder / "bundle",
        "output": case.output,
        "features": case.features,
        "outputs": case.outputs,
    }


def _environment(server: Server, case: Case, fill: dict[str, Any]) -> dict[str, str]:
    folder = environments.SERVERS / server.dir
    paths = [environments.SERVERS, folder, folder / "onnx"] if server.dir else []
    told = {
        "BENCH_SCRATCH": fill["scratch"],
        "BENCH_MODEL_FILE": fill["model"],
        "BENCH_OUTPUT": case.output,
        "BENCH_PORT": fill["port"],
        "BENCH_SHAPES": f'{{"features": {case.features}, "outputs": {case.outputs}}}',
        "OMP_NUM_THREADS": 1,
        "OPENBLAS_NUM_THREADS": 1,
        "ORT_DISABLE_TELEMETRY": 1,
        "DO_NOT_TRACK": 1,
        "BENTOML_DO_NOT_TRACK": True,
        "RAY_USAGE_STATS_ENABLED": 0,
        "PYTHONDONTWRITEBYTECODE": 1,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "PATH": f"{fill['bin']}:{os.environ['PATH']}",
    }
    return {
        **os.environ,
        **{name: str(value) for name, value in told.items()},
        **{name: value.format(**fill) for name, value in server.env.items()},
    }


def _kibibytes(rollup: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", rollup, re.MULTILINE)
    return int(found[1]) if found else 0
