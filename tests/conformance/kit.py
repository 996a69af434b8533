"""Running the clients, each in a process of its own: three of them bring protobuf descriptors of the same names."""

import json
import os
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import environments
from .servers import Address

HERE = Path(__file__).resolve().parent
PROTO = HERE.parents[1] / "serving" / "colonnade_serving" / "rpc" / "protos" / "inference.proto"
CLIENTS = {
    "wire": "HTTP by hand (httpx)",
    "triton_http": "tritonclient.http",
    "kserve_rest": "kserve.InferenceRESTClient",
    "openapi_stubs": "open-inference-openapi",
    "schema": "schemathesis",
    "triton_grpc": "tritonclient.grpc",
    "kserve_grpc": "kserve.InferenceGRPCClient",
    "grpc_stubs": "open-inference-grpc",
    "node": "@grpc/grpc-js",
}
SECONDS = 900.0


@dataclass(frozen=True)
class Result:
    """One check. failure: what was said; None when it passed."""

    client: str
    feature: str
    title: str
    failure: str | None


def run(server: Address, clients: list[str]) -> list[Result]:
    """Every check of these clients against a server, two clients at a time; the longest begins first."""
    environments.clients()
    order = sorted(clients, key=lambda client: client != "schema")
    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(order, pool.map(lambda client: _run(client, server), order), strict=True))
    return [result for client in clients for result in found[client]]


def _run(client: str, server: Address) -> list[Result]:
    command = _command(client)
    if command is None:
        return []
    try:
        ended = subprocess.run(
            command, env=_environment(server), capture_output=True, text=True, timeout=SECONDS, check=False
        )
        said, rest = ended.stdout, ended.stderr
    except subprocess.TimeoutExpired as late:
        said, rest = str((late.stdout or b"").decode()), f"it had not ended after {SECONDS:.0f} s"
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    results = [Result(CLIENTS[client], line["feature"], line["title"], line["failure"]) for line in lines]
    return results or [Result(CLIENTS[client], "all", "the client runs", rest[-300:] or "it said nothing")]


def _command(client: str) -> list[str | Path] | None:
    if client != "node":
        return [environments.clients(), HERE / "clients" / f"{client}.py"]
    folder = environments.node()
    return ["node", folder / "client.mjs"] if folder else None


def _environment(server: Address) -> Mapping[str, str]:
    target = {"URL": server.url, "GRPC": server.grpc, "OPENAPI": server.openapi, "PROTO": str(PROTO)}
    return os.environ | {f"TARGET_{name}": value for name, value in target.items()}
