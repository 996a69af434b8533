"""kill -9 of the operator at ten random moments of a canary: the same end, one training Job, no failed request."""

import contextlib
import json
import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.e2e.client import none_failed
from tests.e2e.orders import Orders, canary, rows, version
from tests.e2e.world import Namespace, eventually, kubectl

pytestmark = pytest.mark.alone

KILLS = 10
OPERATORS = ("-n", "colonnade-system", "-l", "app.kubernetes.io/component=operator")
SLOW_CANARY = canary((20, "15s"), (50, "15s"))


def leader() -> int | None:
    """The process, as the node sees it, in the pod that holds the Lease; None while there is none."""
    lease = json.loads(kubectl("get", "lease", "colonnade-operator", "-n", "colonnade-system", "-o", "json"))
    pod = lease["spec"]["holderIdentity"].split("_")[0]
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            is_operator = b"colonnade.runtime" in (process / "cmdline").read_bytes()
            if is_operator and f"HOSTNAME={pod}\0".encode() in (process / "environ").read_bytes():
                return int(process.name)
    return None


def kill_the_leader() -> None:
    """SIGKILL from the node, since in its own pod the process is PID 1, which the kernel shields even from SIGKILL."""
    os.kill(eventually("an operator leads", leader), signal.SIGKILL)


def replace_whom_kubelet_lets_wait() -> None:
    """A container that ended often is started again ever later; a new pod is started at once."""
    for pod in json.loads(kubectl("get", "pods", *OPERATORS, "-o", "json"))["items"]:
        states = [one["state"] for one in pod["status"].get("containerStatuses", [])]
        if any((state.get("waiting") or {}).get("reason") == "CrashLoopBackOff" for state in states):
            kubectl("delete", "pod", pod["metadata"]["name"], "-n", "colonnade-system", "--wait=false")


def test_a_canary_outlives_ten_deaths_of_its_operator(namespace: Namespace, router: str, tmp_path: Path) -> None:
    orders = Orders(namespace, router, tmp_path, SLOW_CANARY)
    moments = random.Random(7)
    with orders.model.under_load(rows()) as traffic:
        namespace.apply(version(2))
        for _ in range(KILLS):
            time.sleep(moments.uniform(0.5, 4))
            kill_the_leader()
            replace_whom_kubelet_lets_wait()
        orders.serves("orders-2")
    none_failed(traffic)
    for number in (1, 2):
        jobs = namespace.all("jobs", f"colonnade.dev/modelversion=orders-{number}")
        assert len(jobs) == 1, [job["metadata"]["name"] for job in jobs]
