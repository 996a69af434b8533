"""The revisions of a Deployment as they run."""

from colonnade.kube.kinds import ENDPOINT_SLICES, PODS, WORKLOADS, Key, Manifest
from colonnade.manifests.labels import Owner, controller_of
from colonnade.observe import pods
from colonnade.observe.cache import Cache
from colonnade.observe.index import SERVICE_NAME
from colonnade.observe.objects import conditions, created_at, deleting, labels
from colonnade.plan.deployment.observed import Workload
from colonnade_api.wellknown import DEPLOYMENT_LABEL, MODEL_VERSION_LABEL, REVISION_LABEL

MOST_COMPLAINTS = 3


def workloads_of(owner: Owner, cache: Cache) -> tuple[Workload, ...]:
    """Oldest first. What an earlier object of the owner's name has left is not its own."""
    mine = cache.labelled(WORKLOADS, owner.key.namespace, DEPLOYMENT_LABEL, owner.key.name)
    found = [_workload(one, owner.key, cache) for one in mine if controller_of(one).get("uid") == owner.uid]
    return tuple(sorted(found, key=lambda workload: (workload.created_at, workload.revision)))


def _workload(live: Manifest, owner: Key, cache: Cache) -> Workload:
    state, revision = live.get("status") or {}, labels(live).get(REVISION_LABEL, "")
    return Workload(
        revision=revision,
        model_version=labels(live).get(MODEL_VERSION_LABEL, ""),
        desired=int(live["spec"].get("replicas", 1)),
        ready=int(state.get("readyReplicas") or 0),
        available=int(state.get("availableReplicas") or 0),
        endpoints=_endpoints(owner.namespace, live["metadata"]["name"], cache),
        created_at=created_at(live),
        waiting=(*_unmade(live), *_waiting(owner, revision, cache)),
        deleting=deleting(live),
    )


def _endpoints(namespace: str, service: str, cache: Cache) -> int:
    """Ready addresses behind the revision's Service, each counted once."""
    slices = cache.labelled(ENDPOINT_SLICES, namespace, SERVICE_NAME, service)
    ready = {
        address
        for one in slices
        for endpoint in one.get("endpoints") or ()
        if (endpoint.get("conditions") or {}).get("ready") is not False
        for address in endpoint.get("addresses") or ()
    }
    return len(ready)


def _unmade(live: Manifest) -> tuple[str, ...]:
    """Why pods can't even be made: a quota, Pod Security, a webhook."""
    failure = conditions(live).get("ReplicaFailure")
    return (
        (f"{failure.get('reason', 'FailedCreate')}: {failure.get('message', '')}".removesuffix(": "),)
        if failure
        else ()
    )


def _waiting(owner: Key, revision: str, cache: Cache) -> tuple[str, ...]:
    its_pods = [pod for pod in cache.labelled(PODS, owner.namespace, REVISION_LABEL, revision) if not deleting(pod)]
    mine = [pod for pod in its_pods if labels(pod).get(DEPLOYMENT_LABEL) == owner.name]
    complaints = {words for pod in mine if (words := pods.waiting(pod))}
    return tuple(sorted(complaints, key=_badness))[:MOST_COMPLAINTS]


def _badness(complaint: str) -> tuple[int, str]:
    worst = ("CrashLoopBackOff", "CreateContainerConfigError", "ImagePullBackOff", "ErrImagePull")
    reason = complaint.partition(":")[0]
    return (worst.index(reason) if reason in worst else len(worst), complaint)
