"""A revision's pods: one apps/v1 Deployment, of which nothing but the number of replicas ever changes."""

from datetime import timedelta

from colonnade.kube.kinds import WORKLOADS, Manifest
from colonnade.manifests.labels import Owner, managed, revision_labels, revision_name
from colonnade.manifests.platform import Platform
from colonnade.manifests.pod import from_secret, pod, store_environment, store_mounts, store_volumes
from colonnade.manifests.signing import trust_environment
from colonnade.plan.common.actions import EnsureRevision
from colonnade_api import Resources
from colonnade_api.wellknown import DIGEST_ANNOTATION

PORT = 8080
PRE_STOP_SECONDS = 3  # what the routers take, at most, to stop sending to a pod that is on its way out
DRAIN_DELAY_SECONDS = 2  # not ready, and still serving
FLUSH_SECONDS = 5  # the server's, for what waits for logs and traces
LOAD_LIMIT_SECONDS = 600
MODEST = {"requests": {"cpu": "100m", "memory": "256Mi"}}


def workload(platform: Platform, owner: Owner, wanted: EnsureRevision) -> Manifest:
    """Pods that answer for one bundle, each only after it has verified it."""
    labels = managed("serving", owner, revision=wanted.revision, modelversion=wanted.model_version)
    selector = revision_labels(owner.key.name, wanted.revision)
    return {
        "apiVersion": WORKLOADS.api_version,
        "kind": WORKLOADS.kind,
        "metadata": {
            "name": revision_name(owner.key.name, wanted.revision),
            "namespace": owner.key.namespace,
            "labels": labels,
            "annotations": {DIGEST_ANNOTATION: wanted.digest},
            "ownerReferences": owner.references(),
        },
        "spec": {
            "replicas": wanted.replicas,
            "revisionHistoryLimit": 1,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "selector": {"matchLabels": selector},
            "template": {"metadata": {"labels": dict(labels)}, "spec": _pod(platform, owner, wanted, selector)},
        },
    }


def _pod(platform: Platform, owner: Owner, wanted: EnsureRevision, selector: dict[str, str]) -> Manifest:
    spread = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": selector},
    }
    return pod(
        platform,
        _container(platform, owner, wanted),
        store_volumes(platform),
        terminationGracePeriodSeconds=PRE_STOP_SECONDS + DRAIN_DELAY_SECONDS + _grace(wanted) + FLUSH_SECONDS,
        topologySpreadConstraints=[spread],
    )


def _container(platform: Platform, owner: Owner, wanted: EnsureRevision) -> Manifest:
    resources = wanted.serving.resources
    return {
        "name": "serving",
        "image": platform.serving_image,
        "imagePullPolicy": platform.pull_policy,
        "command": ["colonnade-serve"],
        "env": [
            {"name": "COLONNADE_BUNDLE", "value": platform.place(owner.key.namespace).today(wanted.artifact_uri)},
            {"name": "COLONNADE_DIGEST", "value": wanted.digest},
            {"name": "COLONNADE_MODEL", "value": owner.key.name},
            {"name": "COLONNADE_HTTP_PORT", "value": str(PORT)},
            {"name": "COLONNADE_DRAIN_DELAY", "value": str(DRAIN_DELAY_SECONDS)},
            {"name": "COLONNADE_DRAIN_TIMEOUT", "value": str(_grace(wanted))},
            {"name": "HOME", "value": "/tmp"},  # noqa: S108 - the pod's own emptyDir
            *store_environment(platform),
            *trust_environment(owner, platform.signing),
            *_labels(wanted),
        ],
        "ports": [{"name": "http", "containerPort": PORT, "protocol": "TCP"}],
        "resources": resources.manifest() if resources != Resources() else MODEST,
        "volumeMounts": store_mounts(platform, read_only=True),
        "startupProbe": _probe("live", every=1, failures=LOAD_LIMIT_SECONDS),
        # On a node that is short of CPU a pod answers late, and to take it away or kill it for that leaves less still.
        "readinessProbe": _probe("ready", every=2, failures=2, timeout=5),
        "livenessProbe": _probe("live", every=10, failures=6, timeout=10),
        "lifecycle": {"preStop": {"sleep": {"seconds": PRE_STOP_SECONDS}}},
    }


def _labels(wanted: EnsureRevision) -> list[Manifest]:
    """What its serving settings say of labels and of groups."""
    feedback, groups = wanted.serving.feedback, wanted.serving.groups
    found = []
    if feedback is not None:
        key, days = feedback.key_secret_ref, feedback.max_age / timedelta(days=1)
        found += [
            from_secret("COLONNADE_FEEDBACK_KEY", key.name, key.key),
            {"name": "COLONNADE_FEEDBACK_DAYS", "value": f"{days:.9g}"},
        ]
    if groups is not None:
        variable = "COLONNADE_GROUP_INPUT" if groups.from_input else "COLONNADE_GROUP_PARAMETER"
        found.append({"name": variable, "value": groups.from_input or groups.from_parameter})
    return found


def _grace(wanted: EnsureRevision) -> int:
    """Seconds."""
    return round(wanted.serving.grace_period.total_seconds())


def _probe(state: str, every: int, failures: int, timeout: int = 2) -> Manifest:
    """Seconds, and how many failures in a row count."""
    path = {"path": f"/v2/health/{state}", "port": "http"}
    return {"httpGet": path, "periodSeconds": every, "timeoutSeconds": timeout, "failureThreshold": failures}
