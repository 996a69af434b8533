"""What a pod says of itself: what it waits for, how it ended, its last words."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from colonnade.kube.kinds import Manifest

EVICTED = "Evicted"
KILLED_FOR_MEMORY = "OOMKilled"
OUT_OF_MEMORY = "OutOfMemory"
"""The reason that a Job gives which noticed it itself."""
SIGNALLED = {
    137: "it was killed (exit code 137): its node was short of something, or someone ended it",
    143: "it was told to end (exit code 143): its node is being drained, or someone deleted it",
}
ON_ITS_WAY = frozenset({"ContainerCreating", "PodInitializing"})


def waiting(pod: Manifest) -> str:
    """Why it isn't running, or how it ended before it was started again; empty where it runs or is on its way."""
    for container in _containers(pod):
        held = (container.get("state") or {}).get("waiting")
        if held and held.get("reason") not in ON_ITS_WAY:
            return f"{held.get('reason')}: {_failure_message(container) or held.get('message', '')}".removesuffix(": ")
        if not container.get("ready") and (
            words := _failure_message(container)
        ):  # between two tries it says nothing itself
            return f"Restarted: {words}"
    return _unscheduled(pod)


def ended(pod: Manifest) -> Mapping[str, Any] | None:
    """The container's terminated state, None while it has none."""
    for container in _containers(pod):
        state: Mapping[str, Any] | None = (container.get("state") or {}).get("terminated")
        return state
    return None


def is_over(pod: Manifest) -> bool:
    """Whether it has nothing more to tell."""
    return ended(pod) is not None or (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def ran_out_of_memory(pod: Manifest) -> bool:
    """Whether it ended by that."""
    state = ended(pod) or {}
    said = _document(state.get("message")) or {}
    return state.get("reason") == KILLED_FOR_MEMORY or said.get("reason") == OUT_OF_MEMORY


def answer(pod: Manifest) -> Mapping[str, Any] | None:
    """The JSON document in the termination message of a pod that exited 0."""
    state = ended(pod)
    return _document(state.get("message")) if state and state.get("exitCode") == 0 else None


def complaint(pod: Manifest) -> str:
    """Why it failed, in its own words where it left any."""
    state, status = ended(pod), pod.get("status") or {}
    if status.get("reason") == EVICTED:
        return f"{EVICTED}: {status.get('message', '')}".removesuffix(": ")
    if state is None or state.get("exitCode") == 0:
        return str(status.get("message") or "")
    return _complaint(state)


def _complaint(state: Mapping[str, Any]) -> str:
    document = _document(state.get("message"))
    if document and document.get("message"):
        return str(document["message"])
    if state.get("reason") == KILLED_FOR_MEMORY:
        return "OOMKilled: it took more memory than its limit; raise resources.limits.memory"
    said = str(state.get("message") or "").strip().rpartition("\n")[2]
    if not said and state.get("exitCode") in SIGNALLED:
        return SIGNALLED[state["exitCode"]]
    return f"exit code {state.get('exitCode')}{': ' if said else ''}{said}"


def _failure_message(container: Mapping[str, Any]) -> str:
    """Of the run before, for a container that waits to be started again."""
    before = (container.get("lastState") or {}).get("terminated")
    return _complaint(before) if before else ""


def _unscheduled(pod: Manifest) -> str:
    for condition in (pod.get("status") or {}).get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            return f"{condition.get('reason', 'Unschedulable')}: {condition.get('message', '')}".removesuffix(": ")
    return ""


def _containers(pod: Manifest) -> Iterator[Mapping[str, Any]]:
    yield from (pod.get("status") or {}).get("containerStatuses") or ()


def _document(text: Any) -> Mapping[str, Any] | None:
    try:
        document = json.loads(text or "")
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
