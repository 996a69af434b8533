"""The ways from a table to a version: the Job, plain scripts, other tools; each is a process of its own."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import peers

WAYS = ("colonnade", "equal", "duckdb", "pandas", *peers.PEERS)


def command(
    way: str, spec: dict[str, Any], out: Path, memory: int | None = None
) -> tuple[list[str], Mapping[str, str]]:
    """The command of a way, and its environment. spec: Dataset.spec; memory: what the Job's cgroup has, in MiB."""
    if way == "colonnade":
        return _job(memory), os.environ | {
            "COLONNADE_JOB": json.dumps({"namespace": "bench", "name": "rows", "spec": spec}),
            "COLONNADE_STORE": f"file://{out}/store",
            "COLONNADE_TERMINATION_LOG": f"{out}/answer.json",
        }
    return [*_script(way), json.dumps(spec), str(out)], os.environ


def _job(memory: int | None) -> list[str]:
    bounded = [sys.executable, "-m", "tests.bench.data.bounded", str(memory)] if memory else []
    return [*bounded, sys.executable, "-c", "from colonnade_jobs.main import main; main()", "dataset"]


def _script(way: str) -> list[str]:
    if way in peers.PEERS:
        return peers.command(way)
    return [sys.executable, "-m", *(["tests.bench.data.equal"] if way == "equal" else ["tests.bench.data.plain", way])]
