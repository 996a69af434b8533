"""The same questions by gRPC: one asked with grpcio to check the answer, many with ghz."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from colonnade_serving.rpc import protos
from colonnade_serving.rpc.protos import inference_pb2

from . import environments
from .cases import Case
from .load import LoadError, Outcome, pinned
from .payloads import packed, unpacked

PROTO = Path(protos.__file__).with_name("inference.proto")
METHOD = "inference.GRPCInferenceService/ModelInfer"
DEADLINE_SECONDS = 10.0


def request(case: Case) -> bytes:
    """Every row of the case, raw."""
    message = inference_pb2.ModelInferRequest(model_name="bench", raw_input_contents=[packed(case)])
    message.inputs.add(name="X", datatype="FP32", shape=[len(case.rows), case.features])
    message.outputs.add(name=case.output)
    return message.SerializeToString()


def ask(target: str, case: Case) -> list[float]:
    """The numbers of the answer. Raises OSError, as asking by HTTP does."""
    with grpc.insecure_channel(target) as channel:
        infer = channel.unary_unary(f"/{METHOD}", response_deserializer=inference_pb2.ModelInferResponse.FromString)
        try:
            answer = infer(request(case), timeout=DEADLINE_SECONDS)
        except grpc.RpcError as error:
            raise OSError(str(error)) from error
    if answer.raw_output_contents:
        return unpacked(answer.raw_output_contents[0])
    return list(answer.outputs[0].contents.fp32_contents)


@dataclass(frozen=True)
class RpcLoad:
    """One fixed call, over and over."""

    target: str
    body: Path
    core: str

    def closed(self, connections: int, seconds: int) -> Outcome:
        """Each connection calls again as soon as it was answered."""
        return self._run(f"--concurrency={connections}", f"--connections={connections}", f"--duration={seconds}s")

    def steady(self, rate: int, seconds: int) -> Outcome:
        """So many calls a second, however long the answers take."""
        return self._run(f"--rps={rate}", "--async", f"--total={rate * seconds}")

    def _run(self, *load: str) -> Outcome:
        ghz = [str(environments.ghz()), "--insecure", "--cpus=1", "--timeout=10s", "--count-errors", "--format=json"]
        call = [f"--proto={PROTO}", f"--call={METHOD}", f"--binary-file={self.body}"]
        done = subprocess.run(
            [*pinned(self.core), *ghz, *call, "--duration-stop=wait", *load, self.target],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise LoadError(f"ghz exited {done.returncode}: {done.stderr[-500:]}")
        return _outcome(json.loads(done.stdout))


@contextmanager
def load(case: Case, target: str, core: str) -> Iterator[RpcLoad]:
    """Asks for every row of the case at once."""
    with tempfile.TemporaryDirectory(prefix="bench-load-") as folder:
        body = Path(folder) / "body"
        body.write_bytes(request(case))
        yield RpcLoad(target, body, core)


def _outcome(report: dict[str, Any]) -> Outcome:
    answered = report["statusCodeDistribution"].get("OK", 0)
    latencies = {level["percentage"]: level["latency"] / 1e3 for level in report["latencyDistribution"]}
    return Outcome(
        answered=answered,
        seconds=report["total"] / 1e9,
        p50_us=latencies[50],
        p99_us=latencies[99],
        max_us=report["slowest"] / 1e3,
        errors=report["count"] - answered,
    )
