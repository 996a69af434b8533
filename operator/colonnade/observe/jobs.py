"""The Jobs of a Dataset or ModelVersion, with what their newest pod said."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from colonnade.kube.kinds import JOBS, PODS, Manifest
from colonnade.manifests.labels import OWNER_LABELS, Owner, controller_of
from colonnade.observe import pods
from colonnade.observe.cache import Cache
from colonnade.observe.objects import conditions, created_at, deleting, labels
from colonnade.plan.common.observed import Job
from colonnade_api.wellknown import COMPONENT_LABEL, SPEC_HASH_LABEL

ENDED_BY_EXIT_CODE = "PodFailurePolicy"
"""Kubernetes' reason for a Job that its podFailurePolicy failed at once: manifests/workloads has the exit codes."""
ENDED_BY_TIME = "DeadlineExceeded"


def jobs_of(owner: Owner, cache: Cache) -> tuple[Job, ...]:
    """Oldest first. What an earlier object of the owner's name has left is not its own."""
    key = owner.key
    mine = cache.labelled(JOBS, key.namespace, OWNER_LABELS[key.resource], key.name)
    all_pods = cache.labelled(PODS, key.namespace, OWNER_LABELS[key.resource], key.name)
    found = [
        _job(one, [*_controlled(one, all_pods), *cache.answered(one["metadata"]["uid"])])
        for one in mine
        if controller_of(one).get("uid") == owner.uid
    ]
    return tuple(sorted(found, key=lambda job: (job.created_at, job.name)))


def _controlled(job: Manifest, all_pods: Sequence[Manifest]) -> list[Manifest]:
    """Its pods, newest first."""
    uid = job["metadata"]["uid"]
    its_own = (pod for pod in all_pods if controller_of(pod).get("uid") == uid)
    return sorted(its_own, key=created_at, reverse=True)


def _job(job: Manifest, its_pods: Sequence[Manifest]) -> Job:
    state, held = job.get("status") or {}, conditions(job)
    answers = [answer for pod in its_pods if (answer := pods.answer(pod)) is not None]
    return Job(
        name=job["metadata"]["name"],
        spec_hash=labels(job).get(SPEC_HASH_LABEL, ""),
        created_at=created_at(job),
        active=int(state.get("active") or 0),
        attempts_failed=int(state.get("failed") or 0),
        succeeded="Complete" in held
        and (bool(answers) or all(map(pods.is_over, its_pods))),  # last words may come late
        failed="Failed" in held,
        final=(held.get("Failed") or {}).get("reason") == ENDED_BY_EXIT_CODE,
        spent="Failed" in held and _is_spent(held["Failed"], its_pods),
        finished_at=_finished_at(state, held),
        result=answers[0] if answers else None,
        message=_message(held, its_pods),
        deleting=deleting(job),
        component=labels(job).get(COMPONENT_LABEL, ""),
        image=str(job["spec"]["template"]["spec"]["containers"][0]["image"]),
    )


def _is_spent(failed: Mapping[str, Any], its_pods: Sequence[Manifest]) -> bool:
    return failed.get("reason") == ENDED_BY_TIME or any(map(pods.ran_out_of_memory, its_pods[:1]))


def _finished_at(state: Mapping[str, Any], held: Mapping[str, Any]) -> datetime | None:
    end = state.get("completionTime") or (held.get("Failed") or {}).get("lastTransitionTime")
    return datetime.fromisoformat(end) if end else None


def _message(held: Mapping[str, Any], its_pods: Sequence[Manifest]) -> str:
    if "Complete" in held:
        return ""
    said = next((words for pod in its_pods if (words := pods.waiting(pod) or pods.complaint(pod))), "")
    return said or str((held.get("Failed") or {}).get("message") or "")
