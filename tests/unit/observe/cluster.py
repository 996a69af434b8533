"""Objects as the API server would hold them, for a cache."""

import itertools

from colonnade.kube.kinds import (
    DATASETS,
    DEPLOYMENTS,
    ENDPOINT_SLICES,
    JOBS,
    MODEL_VERSIONS,
    MONITOR_POLICIES,
    PODS,
    SERVICES,
    WORKLOADS,
    Key,
)
from colonnade.manifests.labels import managed
from colonnade.observe.cache import Cache
from tests.unit.manifests.wishes import UID, owner

CREATED = "2026-11-23T12:00:00Z"
_versions = itertools.count(1)


def known(*manifests):
    cache = Cache()
    for manifest in manifests:
        cache.put(manifest)
    return cache


def an_object(resource, name, labels=None, created=CREATED, **parts):
    metadata = {
        "name": name,
        "namespace": "team",
        "uid": f"{resource.plural}-{name}",
        "resourceVersion": str(next(_versions)),
        "creationTimestamp": created,
        "generation": 1,
        "labels": labels or {},
    }
    return {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": metadata, **parts}


def controlled(manifest, uid):
    manifest["metadata"]["ownerReferences"] = [{"uid": uid, "controller": True}]
    return manifest


def key(resource, name):
    return Key(resource, "team", name)


def job(name="flights-1", owner_=None, conditions=(), reason="", image="jobs:1", **status):
    labels = managed("dataset", owner_ or owner(DATASETS, "flights")) | {"colonnade.dev/spec-hash": "77aa01fe22"}
    held = [{"type": kind, "status": "True", "reason": reason, "lastTransitionTime": CREATED} for kind in conditions]
    spec = {"template": {"spec": {"containers": [{"name": "dataset", "image": image}]}}}
    return controlled(an_object(JOBS, name, labels, spec=spec, status={"conditions": held, **status}), UID)


def job_pod(name="flights-1-x", of="flights-1", created=CREATED, state=None, conditions=(), **status):
    labels = managed("dataset", owner(DATASETS, "flights"))
    statuses = [{"name": "dataset", "state": state}] if state else []
    pod_status = {"containerStatuses": statuses, "conditions": list(conditions), **status}
    return controlled(an_object(PODS, name, labels, created, status=pod_status), f"{JOBS.plural}-{of}")


def ended(code, message="", reason="Completed"):
    return {"terminated": {"exitCode": code, "reason": reason, "message": message}}


def workload(revision="c0ffee0123", replicas=2, ready=2, conditions=()):
    labels = managed("serving", owner(DEPLOYMENTS, "late"), revision=revision, modelversion="late-1")
    counts = {"readyReplicas": ready, "availableReplicas": ready, "conditions": list(conditions)}
    return controlled(an_object(WORKLOADS, f"late-{revision}", labels, spec={"replicas": replicas}, status=counts), UID)


def serving_pod(name, revision="c0ffee0123", state=None, last=None, conditions=()):
    labels = managed("serving", owner(DEPLOYMENTS, "late"), revision=revision)
    container = {"name": "serving", "state": state or {}, "lastState": last or {}}
    return an_object(PODS, name, labels, status={"containerStatuses": [container], "conditions": list(conditions)})


def slice_(name, *endpoints, service="late-c0ffee0123"):
    found = [{"addresses": [address], "conditions": {"ready": ready}} for address, ready in endpoints]
    return an_object(ENDPOINT_SLICES, name, {"kubernetes.io/service-name": service}, endpoints=found)


def joined(name, *others, **parts):
    """A Dataset that is made with others."""
    query = {"datasets": [{"name": other} for other in others], "statement": "SELECT 1"}
    return an_object(DATASETS, name, spec={"source": {"query": query}}, **parts)


def dataset(name="flights", **parts):
    return an_object(DATASETS, name, spec={"source": {"storageUri": "s3://raw/f.csv"}}, **parts)


def model_version(name="late-1", model="late", dataset_name="flights", **parts):
    training = {
        "datasetRef": {"name": dataset_name},
        "target": "late",
        "task": "Classification",
        "estimator": {"name": "sklearn.linear_model.LogisticRegression"},
    }
    return an_object(MODEL_VERSIONS, name, spec={"model": model, "training": training}, **parts)


def deployment(name="late", model="late", policy=None, **parts):
    spec = {"model": {"name": model}} | ({"monitorPolicyRef": {"name": policy}} if policy else {})
    return an_object(DEPLOYMENTS, name, spec=spec, **parts)


def policy(name="default", **spec):
    signals = [{"name": "errors", "type": "ErrorRate", "max": 0.01}]
    return an_object(MONITOR_POLICIES, name, spec={"signals": signals, **spec})


def client_service(name="late", owner_uid=UID):
    return controlled(an_object(SERVICES, name, managed("client", owner(DEPLOYMENTS, name))), owner_uid)
