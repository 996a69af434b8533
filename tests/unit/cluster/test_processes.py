"""Processes known by a mark in their environment: found again by anyone, and never mistaken."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster import processes
from cluster.processes import Component, ensure_running, find, gone, must_run
from cluster.steps import ClusterError


@pytest.fixture(autouse=True)
def _a_cluster_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("COLONNADE_CLUSTER_STATE", str(tmp_path))
    yield
    processes.kill([process.pid for process in processes.ours()])


def sleeper(seconds: int = 60, settings: str = "") -> Component:
    return Component("sleeper", ("sleep", str(seconds)), settings=settings)


def pid_of(component: Component) -> int:
    must_run(component)
    found = find(component.name, component.program())
    assert found
    return found.pid


def test_what_runs_is_left_to_run() -> None:
    assert ensure_running(sleeper())
    pid = pid_of(sleeper())
    assert not ensure_running(sleeper())
    assert pid_of(sleeper()) == pid


def test_what_was_killed_is_started_again() -> None:
    ensure_running(sleeper())
    killed = pid_of(sleeper())
    os.kill(killed, signal.SIGKILL)
    assert gone([killed], limit_seconds=5)
    assert ensure_running(sleeper())


def test_what_is_to_run_otherwise_is_restarted() -> None:
    ensure_running(sleeper())
    before = pid_of(sleeper())
    assert ensure_running(sleeper(settings="changed"))
    assert pid_of(sleeper()) != before


def test_a_strangers_process_of_the_same_name_is_not_ours() -> None:
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        assert find("sleeper", "sleep") is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_child_inherits_the_mark_but_is_not_the_component() -> None:
    parent = Component("parent", ("sh", "-c", "sleep 60; true"))
    ensure_running(parent)
    found = find("parent", "sh")
    assert found
    assert found.program == "sh"


def test_whoever_stopped_by_itself_leaves_its_failure_message(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    dying = Component("dying", ("sh", "-c", f"echo no space left; echo $$ >{pid}.new; mv {pid}.new {pid}"))
    ensure_running(dying)
    assert gone([int(once_there(pid))], limit_seconds=10)
    with pytest.raises(ClusterError, match="no space left"):
        must_run(dying)


def once_there(file: Path) -> str:
    deadline = time.monotonic() + 10
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    return file.read_text()


def test_a_process_ends_when_asked() -> None:
    ensure_running(sleeper())
    pid = pid_of(sleeper())
    processes.stop(pid)
    assert gone([pid], limit_seconds=0)
