"""`cluster apiserver`: etcd and the API server alone, in the foreground, for tests that need no kubelet."""

import ctypes
import os
import select
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cluster.api import is_ready
from cluster.apiserver import ADMINISTRATOR, Etcd, api_server
from cluster.build import CONTROL_PLANE, ensure_built
from cluster.certs import Authority
from cluster.kubeconfig import write_kubeconfig
from cluster.steps import ClusterError

ADVERTISED = "192.0.2.1"  # TEST-NET-1: the API server wants an address, and nothing here ever calls it by that
READY_LIMIT_SECONDS = 60.0
LOOK_SECONDS = 0.05
STOP_LIMIT_SECONDS = 10.0
PR_SET_PDEATHSIG = 1


def serve(folder: Path) -> None:
    """Runs both until SIGTERM, SIGINT or the end of standard input; prints `ready` once."""
    ensure_built(CONTROL_PLANE)
    folder = folder.resolve()
    authority = Authority(folder / "pki")
    client_port, peer_port, port = free_ports(3)
    etcd = Etcd(folder / "etcd", client_port, peer_port, durable=False)
    asked = _asked_to_stop()
    started: list[subprocess.Popen[bytes]] = []
    try:
        started.append(_child(etcd.argv(authority), folder / "etcd.log"))
        started.append(_child(_test_api_server(authority, etcd, port), folder / "apiserver.log"))
        write_kubeconfig(folder / "kubeconfig", authority, ADMINISTRATOR, f"https://127.0.0.1:{port}")
        if _wait_for_readiness(authority, port, started, asked, folder):
            print("ready", flush=True)
            _wait_for_the_end(started, asked, folder)
    finally:
        for child in reversed(started):  # an API server without its etcd would hold its port for a minute
            _stop(child)


def free_ports(count: int) -> list[int]:
    """Ports free now, all different; several clusters at once seldom meet on one."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(listener.getsockname()[1]) for listener in sockets]
    for listener in sockets:
        listener.close()
    return ports


def _test_api_server(authority: Authority, etcd: Etcd, port: int) -> list[str]:
    """Without controllers no namespace gets its default ServiceAccount; that admission step would refuse all pods."""
    return [
        *api_server(authority, etcd, port, ADVERTISED),
        "--bind-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        "--disable-admission-plugins=ServiceAccount",
        "--watch-cache=true",
    ]


def _child(argv: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, preexec_fn=_die_with_parent)  # noqa: PLW1509 (one thread)


def _die_with_parent() -> None:
    """So that nothing outlives a test run that was killed; there is nothing to save."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _asked_to_stop() -> Callable[[], bool]:
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: asked.append(received))
    watched = [sys.stdin.fileno()] if sys.stdin and _can_end(sys.stdin.fileno()) else []

    def look() -> bool:
        readable = select.select(watched, [], [], LOOK_SECONDS)[0] if watched else []
        return bool(asked) or any(not os.read(descriptor, 4096) for descriptor in readable)

    return look


def _can_end(descriptor: int) -> bool:
    """Only a pipe or socket ends because someone let go of it; /dev/null has always ended."""
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _wait_for_readiness(
    authority: Authority, port: int, children: list[subprocess.Popen[bytes]], asked: Callable[[], bool], folder: Path
) -> bool:
    deadline = time.monotonic() + READY_LIMIT_SECONDS
    while not is_ready(authority, port):
        if asked():
            return False
        _complain_of_deaths(children, folder)
        if time.monotonic() > deadline:
            raise ClusterError(
                f"the API server was not ready after {READY_LIMIT_SECONDS:.0f} s; see {folder}/apiserver.log"
            )
        time.sleep(LOOK_SECONDS)
    return True


def _wait_for_the_end(children: list[subprocess.Popen[bytes]], asked: Callable[[], bool], folder: Path) -> None:
    while not asked():
        _complain_of_deaths(children, folder)
        time.sleep(LOOK_SECONDS)


def _complain_of_deaths(children: list[subprocess.Popen[bytes]], folder: Path) -> None:
    for name, child in zip(("etcd", "kube-apiserver"), children, strict=False):
        if child.poll() is not None:
            raise ClusterError(f"{name} exited {child.returncode}; see the logs in {folder}")


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(STOP_LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
