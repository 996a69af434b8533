"""A pod in one line, with what keeps it from ready."""

from colonnade.cli.page import Line, Word, line
from colonnade_access.references import Object
from colonnade_access.words import count

QUIET_WAITS = ("ContainerCreating", "PodInitializing")


def pod_line(pod: Object) -> Line:
    status = pod.get("status") or {}
    restarts = sum(each.get("restartCount", 0) for each in status.get("containerStatuses") or [])
    again = [Word(f"  {count(restarts, 'restart')}", "waiting")] if restarts else []
    return line(Word("pod ", "quiet"), pod["metadata"]["name"], "  ", state(pod), *again)


def state(pod: Object) -> Word:
    """In one word or two."""
    status = pod.get("status") or {}
    if pod["metadata"].get("deletionTimestamp"):
        return Word("Terminating", "waiting")
    for container in status.get("containerStatuses") or []:
        waiting = (container.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") not in (None, *QUIET_WAITS):
            return Word(str(waiting["reason"]), "bad")
    phase = str(status.get("phase") or "Pending")
    if phase != "Running":
        return Word(phase, "bad" if phase == "Failed" else "waiting")
    ready = any(each["type"] == "Ready" and each["status"] == "True" for each in status.get("conditions") or [])
    return Word("Ready", "good") if ready else Word("Running, not ready", "waiting")
