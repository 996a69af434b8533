"""The operator's processes, as the node sees them, and how they are killed."""

import contextlib
import json
import os
import signal
from pathlib import Path

from tests.e2e.world import eventually, kubectl

OPERATORS = ("-n", "colonnade-system", "-l", "app.kubernetes.io/component=operator")


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
