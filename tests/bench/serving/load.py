"""Load from one core: by wrk in a closed loop, as fast as that goes, or by vegeta at a set rate."""

import base64
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import environments
from .cases import Case
from .registry import Server

MOST_CONNECTIONS = 256
LUA = """
local file = io.open(os.getenv("BENCH_BODY"), "rb")
wrk.method, wrk.body = "POST", file:read("*a")
file:close()
for line in io.lines(os.getenv("BENCH_HEADERS")) do
  local name, value = line:match("^(.-): (.*)$")
  wrk.headers[name] = value
end
function done(s, latency, requests)
  io.write(string.format('\\nRESULT {"answered":%d,"seconds":%f,"p50_us":%.1f,"p99_us":%.1f,"max_us":%.1f,"errors":%d}\\n',
    s.requests, s.duration / 1e6, latency:percentile(50), latency:percentile(99), latency.max,
    s.errors.connect + s.errors.read + s.errors.write + s.errors.status + s.errors.timeout))
end
"""  # noqa: E501


class LoadError(Exception):
    """The load itself went wrong; its own words are in the message."""


@dataclass(frozen=True)
class Outcome:
    """What a load saw. errors: connections, timeouts and answers of another status than 200."""

    answered: int
    seconds: float
    p50_us: float
    p99_us: float
    max_us: float
    errors: int


@dataclass(frozen=True)
class Load:
    """One fixed request, over and over."""

    url: str
    headers: Mapping[str, str]
    body: Path
    core: str

    def closed(self, connections: int, seconds: int) -> Outcome:
        """Each connection asks again as soon as it was answered: as many requests a second as the server can."""
        script, headers = self.body.with_name("load.lua"), self.body.with_name("headers")
        script.write_text(LUA)
        headers.write_text("".join(f"{name}: {value}\n" for name, value in self.headers.items()))
        told = self._run(
            ["wrk", "-t1", "--timeout=10s", f"-c{connections}", f"-d{seconds}s", "-s", str(script), self.url],
            {"BENCH_BODY": str(self.body), "BENCH_HEADERS": str(headers)},
        )
        found = re.search(r"^RESULT (.*)$", told, re.MULTILINE)
        if not found:
            raise LoadError(f"wrk: {told[-500:]}")
        return Outcome(**json.loads(found[1]))

    def steady(self, rate: int, seconds: int) -> Outcome:
        """So many requests a second, however long the answers take; latencies are from when each was sent."""
        target = {
            "method": "POST",
            "url": self.url,
            "body": base64.b64encode(self.body.read_bytes()).decode(),
            "header": {name: [value] for name, value in self.headers.items()},
        }
        targets, results = self.body.with_name("targets"), self.body.with_name("results")
        targets.write_text(json.dumps(target) + "\n")
        vegeta = str(environments.vegeta())
        attack = f"attack -format json -rate {rate} -duration {seconds}s -timeout 10s -max-body 0".split()
        flags = [f"-max-workers={MOST_CONNECTIONS}", f"-targets={targets}", f"-output={results}"]
        self._run([vegeta, *attack, *flags], {"GOMAXPROCS": "1"})
        return _outcome(json.loads(self._run([vegeta, "report", "-type=json", str(results)], {})))

    def _run(self, command: list[str], env: Mapping[str, str]) -> str:
        command = [*pinned(self.core), *command]
        done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, check=False)
        if done.returncode:
            raise LoadError(f"{' '.join(command)} exited {done.returncode}: {done.stderr[-500:]}")
        return done.stdout


def pinned(core: str) -> list[str]:
    """What a command begins with so that it runs on this core alone."""
    return ["taskset", "-c", core]


@contextmanager
def load(server: Server, case: Case, url: str, core: str) -> Iterator[Load]:
    """Asks for every row of the case at once."""
    body, headers = server.ask(case)
    with tempfile.TemporaryDirectory(prefix="bench-load-") as folder:
        path = Path(folder) / "body"
        path.write_bytes(body)
        yield Load(url + server.predict, {"Content-Type": server.content_type, **headers}, path, core)


def _outcome(report: dict[str, object]) -> Outcome:
    latencies, statuses = report["latencies"], report["status_codes"]
    assert isinstance(latencies, dict)
    assert isinstance(statuses, dict)
    requests, answered = int(str(report["requests"])), int(statuses.get("200", 0))
    return Outcome(
        answered=answered,
        seconds=float(str(report["duration"])) / 1e9,
        p50_us=latencies["50th"] / 1e3,
        p99_us=latencies["99th"] / 1e3,
        max_us=latencies["max"] / 1e3,
        errors=requests - answered,
    )
