"""A pod in one line, with what keeps it from ready."""

from rich.text import Text

from colonnade.cli.kinds import Object
from colonnade.cli.views.parts import BAD, GOOD, QUIET, WAITING
from colonnade.cli.words import count

QUIET_WAITS = ("ContainerCreating", "PodInitializing")


def pod_line(pod: Object) -> Text:
    status = pod.get("status") or {}
    word, style = state(pod)
    text = Text.assemble(("pod ", QUIET), pod["metadata"]["name"], "  ", (word, style))
    restarts = sum(each.get("restartCount", 0) for each in status.get("containerStatuses") or [])
    if restarts:
        text.append(f"  {count(restarts, 'restart')}", style=WAITING)
    return text


def state(pod: Object) -> tuple[str, str]:
    """In one word or two, and its colour."""
    status = pod.get("status") or {}
    if pod["metadata"].get("deletionTimestamp"):
        return "Terminating", WAITING
    for container in status.get("containerStatuses") or []:
        waiting = (container.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") not in (None, *QUIET_WAITS):
            return str(waiting["reason"]), BAD
    phase = str(status.get("phase") or "Pending")
    if phase != "Running":
        return phase, BAD if phase == "Failed" else WAITING
    ready = any(each["type"] == "Ready" and each["status"] == "True" for each in status.get("conditions") or [])
    return ("Ready", GOOD) if ready else ("Running, not ready", WAITING)
