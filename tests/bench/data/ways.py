"""The ways from a table to a version: the Job, plain scripts, other tools; each is a process of its own."""

import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import measuring, peers

WAYS = ("colonnade", "equal", "duckdb", "pandas", *peers.PEERS)


@dataclass(frozen=True)
class Before:
    """The version before, as a store has it."""

    digest: str
    store: Path

    @property
    def table(self) -> Path:
        return next(self.store.rglob(f"*{self.digest.removeprefix('sha256:')}*/data.parquet"))


def before(spec: dict[str, Any], out: Path) -> Before:
    """Makes a version of a spec, in a store in out; it has none before it."""
    started, environment = command("colonnade", spec, out)
    if ended := measuring.run(started, environment).ended:
        raise SystemExit(f"the version before ended with {ended}")
    return Before(json.loads((out / "answer.json").read_text())["version"]["digest"], out / "store")


def command(
    way: str, spec: dict[str, Any], out: Path, memory: int | None = None, previous: Before | None = None
) -> tuple[list[str], Mapping[str, str]]:
    """The command of a way, and its environment. spec: Dataset.spec; memory: what the Job's cgroup has, in MiB;
    previous: the version before, of which the Job finds a copy in its store."""
    if way == "colonnade":
        told = {"namespace": "bench", "name": "rows", "spec": spec}
        if previous:
            shutil.copytree(previous.store, out / "store")
            told["previous"] = previous.digest
        return _job(memory), os.environ | {
            "COLONNADE_JOB": json.dumps(told),
            "COLONNADE_STORE": f"file://{out}/store",
            "COLONNADE_TERMINATION_LOG": f"{out}/answer.json",
        }
    tables = [str(previous.table)] if previous and way == "equal" else []
    return [*_script(way), json.dumps(spec), str(out), *tables], os.environ


def _job(memory: int | None) -> list[str]:
    bounded = [sys.executable, "-m", "tests.bench.data.bounded", str(memory)] if memory else []
    return [*bounded, sys.executable, "-c", "from colonnade_jobs.main import main; main()", "dataset"]


def _script(way: str) -> list[str]:
    if way in peers.PEERS:
        return peers.command(way)
    return [sys.executable, "-m", *(["tests.bench.data.equal"] if way == "equal" else ["tests.bench.data.plain", way])]
