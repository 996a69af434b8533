"""A dataset Job in a process of its own, that can be killed in its middle."""

import multiprocessing
import os
import signal
import sys
from pathlib import Path
from typing import Any

from colonnade_serving.store import open_store
from tests.unit.jobs.harness import Harness

ROWS = "name,age\n" + "".join(f"person {n},{n % 90}\n" for n in range(500)) + "nobody,-1\n"
SCHEMA = {"columns": [{"name": "age", "type": "integer", "min": 0}]}
CHANGES = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.truncate")
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload([__name__])


def collect(folder: Path, url: str, kill_at: int, environment: dict[str, str]) -> None:
    """The Job, in a process of its own, which the kernel kills at its change of a file of this number."""
    os.environ.update(environment)
    seen = 0

    def on(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        if event not in CHANGES or not str(arguments[0]).startswith(str(folder)):
            return
        seen += 1
        if seen == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    if kill_at:
        sys.addaudithook(on)

    harness = Harness(folder)
    if url:
        harness.store = open_store(url)
    harness.dataset(ROWS, schema=SCHEMA)


def started(folder: Path, url: str = "", kill_at: int = 0) -> Any:
    """In this process's environment, not in that of the one which is forked."""
    child = FORKED.Process(target=collect, args=(folder, url, kill_at, dict(os.environ)))
    child.start()
    return child
