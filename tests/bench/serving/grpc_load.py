"""gRPC servers side by side: `python -m tests.bench.serving.grpc_load --out build/bench/grpc.json`.

One core serves and one loads. The load is h2load's: written in C, it outruns every server here on one core, which ghz
does not. h2load takes an HTTP status for an answer, so grpcio's client checks real answers before and after.
"""

import argparse
import json
import re
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import grpc
import numpy as np

from cluster.debian import ensure_installed
from colonnade_serving.rpc.protos import inference_pb2 as pb

from . import environments
from .cases import Case
from .processes import Running, running
from .registry import REGISTRY, Server

METHOD = "/inference.GRPCInferenceService/ModelInfer"
SERVERS: dict[str, tuple[Server, int]] = {
    "colonnade": (REGISTRY["colonnade"], 0),  # gRPC on the HTTP port
    "mlserver": (REGISTRY["mlserver"], 1),
    "mlserver-batch": (REGISTRY["mlserver-batch"], 1),
}
"""By name: the server, and by how much its port for gRPC is over the first one's."""
LEVELS = ((1, 1), (8, 1), (64, 1), (8, 8))
"""Connections, and calls at once on each."""
LIMIT_OFF_BY = 1e-4


@dataclass(frozen=True)
class Result:
    """One level: microseconds of CPU are the server's, a call; p50 and p99 the client's latency."""

    server: str
    connections: int
    at_once: int
    calls_per_second: float
    p50_us: float
    p99_us: float
    cpu_us: float
    failed: int


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--servers", default="colonnade,mlserver", help=", ".join(SERVERS))
    parser.add_argument("--model", default="lr", choices=("lr", "gbt", "mlp"))
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--port", type=int, default=9700)
    parser.add_argument("--server-core", default="0")
    parser.add_argument("--load-core", default="1")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    ensure_installed(["nghttp2-client"])
    case, results = environments.case(asked.model), []
    for _ in range(asked.repeats):  # interleaved: what disturbs the machine disturbs all
        for name in asked.servers.split(","):
            results += list(_measured(name, case, asked))
    _print(results)
    if asked.out:
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(json.dumps([asdict(result) for result in results], indent=1))


def _measured(name: str, case: Case, asked: argparse.Namespace) -> Iterator[Result]:
    server, offset = SERVERS[name]
    target = f"127.0.0.1:{asked.port + offset}"
    with running(server, case, asked.server_core, asked.port) as started:
        started.wait(120)
        _check(target, case)
        for level in LEVELS:
            _load(target, case, asked.load_core, level, 1)
            yield _level(name, started, target, case, asked, level)
        _check(target, case)


def _level(  # noqa: PLR0917 - what is loaded, from where and how much
    name: str, started: Running, target: str, case: Case, asked: argparse.Namespace, level: tuple[int, int]
) -> Result:
    before = started.usage().cpu_seconds
    answered, failed, latencies = _load(target, case, asked.load_core, level, asked.seconds)
    spent = started.usage().cpu_seconds - before
    return Result(
        name,
        *level,
        answered / asked.seconds,
        float(np.percentile(latencies, 50)),
        float(np.percentile(latencies, 99)),
        1e6 * spent / max(answered, 1),
        failed,
    )


def _load(target: str, case: Case, core: str, level: tuple[int, int], seconds: int) -> tuple[int, int, np.ndarray]:
    """Calls answered and failed, and each one's microseconds."""
    message = _request(case).SerializeToString()
    with tempfile.TemporaryDirectory(prefix="grpc-load-") as scratch:
        body, log = Path(scratch) / "body", Path(scratch) / "log"
        body.write_bytes(b"\0" + len(message).to_bytes(4) + message)
        command = ["taskset", "-c", core, "h2load", f"-c{level[0]}", f"-m{level[1]}", f"-D{seconds}"]
        headers = ["-Hcontent-type: application/grpc", "-Hte: trailers", "-H:method: POST"]
        ran = subprocess.run(
            [*command, f"-d{body}", f"--log-file={log}", *headers, f"http://{target}{METHOD}"],
            capture_output=True,
            text=True,
            timeout=seconds + 60,
            check=True,
        )
        latencies = np.loadtxt(log, usecols=2, ndmin=1)
    found = re.search(r"(\d+) succeeded, (\d+) failed, (\d+) errored", ran.stdout)
    assert found, ran.stdout
    answered, failed, errored = map(int, found.groups())
    return answered, failed + errored, latencies


def _request(case: Case, rows: int = 1) -> pb.ModelInferRequest:
    array = np.array(case.rows[:rows], np.float32)
    request = pb.ModelInferRequest(model_name="bench", raw_input_contents=[array.tobytes()])
    request.inputs.add(name="X", datatype="FP32", shape=array.shape)
    request.outputs.add(name=case.output)
    return request


def _check(target: str, case: Case) -> None:
    """Raises unless windows of rows get the right answers."""
    for start in range(0, len(case.rows) - 1, 7):
        window = case.window(start, 1)
        with grpc.insecure_channel(target) as channel:
            infer = channel.unary_unary(
                METHOD, pb.ModelInferRequest.SerializeToString, pb.ModelInferResponse.FromString
            )
            answer = infer(_request(window), timeout=20, wait_for_ready=True)
        got = answer.raw_output_contents
        numbers = np.frombuffer(got[0], np.float32) if got else np.array(answer.outputs[0].contents.fp32_contents)
        worst = np.abs(numbers - np.ravel(window.answers)).max()
        if not worst < LIMIT_OFF_BY:
            raise SystemExit(f"{target}: wrong answer, off by {worst}")


def _print(results: list[Result]) -> None:
    print("| server | connections x calls | calls/s | p50 ms | p99 ms | CPU us/call | failed |")
    print("|---|---|---|---|---|---|---|")
    for name, connections, at_once in dict.fromkeys((r.server, r.connections, r.at_once) for r in results):
        level = [r for r in results if (r.server, r.connections, r.at_once) == (name, connections, at_once)]
        rate, p50, p99, cpu = (
            statistics.median(getattr(r, field) for r in level)
            for field in ("calls_per_second", "p50_us", "p99_us", "cpu_us")
        )
        told = f"{rate:,.0f} | {p50 / 1e3:.2f} | {p99 / 1e3:.2f} | {cpu:.0f} | {sum(r.failed for r in level)}"
        print(f"| {name} | {connections} x {at_once} | {told} |")


if __name__ == "__main__":
    main()
