"""The cluster's processes, told apart from everyone else's by a mark in their environment.

No pid files: the mark is in /proc itself, so it outlives whoever started them and never points to a stranger.
What a component starts (shims, mounts) inherits its mark; only the process with its own program is the component.
"""

import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cluster.paths import logs, state
from cluster.steps import ClusterError

CLUSTER_MARK = "COLONNADE_CLUSTER"
COMPONENT_MARK = "COLONNADE_COMPONENT"
RECIPE_MARK = "COLONNADE_RECIPE"
LOOK_AGAIN_SECONDS = 0.05
EXEC_SECONDS = 1.0
LAST_LINES = 15


@dataclass(frozen=True)
class Component:
    """A process to keep running; `settings` are the contents of its configuration files: a change restarts it."""

    name: str
    argv: tuple[str, ...]
    settings: str = ""
    network: Path | None = None  # the network namespace to run in, or the machine's own
    path: tuple[Path, ...] = ()  # folders of programs that it calls, before the machine's own

    def program(self) -> str:
        return Path(self.argv[0]).name

    def recipe(self) -> str:
        """What a running process must have been started by; a network namespace made anew counts as another one."""
        network = self.network.stat().st_ino if self.network else 0
        return hashlib.sha256(repr((self.argv, self.settings, network)).encode()).hexdigest()[:16]

    def log(self) -> Path:
        return logs() / f"{self.name}.log"


@dataclass(frozen=True)
class Process:
    pid: int
    component: str
    recipe: str
    program: str


def ours() -> Iterator[Process]:
    """Every process that bears this cluster's mark."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (found := _read(folder)):
            yield found


def find(component: str, program: str) -> Process | None:
    """The component itself, which is still nsenter for the moment that entering its network takes."""
    programs = (program, "nsenter")
    matching = (process for process in ours() if process.component == component and process.program in programs)
    return next(matching, None)


def ensure_running(component: Component) -> bool:
    """Starts it unless it runs already by this very recipe. Returns whether it had to."""
    running = find(component.name, component.program())
    if running and running.recipe == component.recipe():
        return False
    if running:
        stop(running.pid)
    _start(component)
    return True


def failure_message(component: Component) -> str:
    """The end of its log, for whoever has to find out why it stopped."""
    lines = component.log().read_text(errors="replace").splitlines() if component.log().exists() else []
    return "\n".join([f"{component.log()} ends:", *lines[-LAST_LINES:]])


def must_run(component: Component) -> None:
    """Looks more than once: in the moment of its exec a process has no environment to be known by."""
    deadline = time.monotonic() + EXEC_SECONDS
    while not find(component.name, component.program()):
        if time.monotonic() < deadline:
            time.sleep(LOOK_AGAIN_SECONDS)
            continue
        raise ClusterError(f"{component.name} stopped by itself. {failure_message(component)}")


def stop(pid: int, limit_seconds: float = 10.0) -> None:
    """Asks first, and kills what hasn't ended in time."""
    _signal(pid, signal.SIGTERM)
    if not gone([pid], limit_seconds):
        _signal(pid, signal.SIGKILL)
        gone([pid], limit_seconds)


def kill(pids: Sequence[int]) -> None:
    for pid in pids:
        _signal(pid, signal.SIGKILL)


def gone(pids: Sequence[int], limit_seconds: float) -> bool:
    """Whether all of them end within the limit; a zombie has ended."""
    deadline = time.monotonic() + limit_seconds
    while any(_lives(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_AGAIN_SECONDS)
    return True


def memory_bytes(pid: int) -> int:
    """Its share of the machine's memory, with shared pages divided among those who share them."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _start(component: Component) -> None:
    component.log().parent.mkdir(parents=True, exist_ok=True)
    if component.log().exists():
        component.log().rename(component.log().with_suffix(".previous.log"))
    inside = ["nsenter", f"--net={component.network}"] if component.network else []
    marks = {CLUSTER_MARK: str(state()), COMPONENT_MARK: component.name, RECIPE_MARK: component.recipe()}
    path = ":".join([*map(str, component.path), os.environ.get("PATH", ""), "/usr/sbin:/sbin"])
    with component.log().open("wb") as log:
        subprocess.Popen(
            [*inside, *component.argv],
            env={**os.environ, **marks, "PATH": path},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _read(folder: Path) -> Process | None:
    try:
        words = (folder / "environ").read_bytes().decode(errors="replace").split("\0")
        command = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return None
    environment = dict(word.partition("=")[::2] for word in words)
    if environment.get(CLUSTER_MARK) != str(state()) or not command[0]:
        return None
    return Process(
        int(folder.name), environment.get(COMPONENT_MARK, ""), environment.get(RECIPE_MARK, ""), Path(command[0]).name
    )


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
