"""The Jobs that read data and train models, and what of the network they may reach."""

import json
from urllib.parse import urlsplit

from colonnade.kube.kinds import CONFIG_MAPS, JOBS, NETWORK_POLICIES, Manifest
from colonnade.manifests.labels import Owner, managed
from colonnade.manifests.platform import BucketStore, Platform
from colonnade.manifests.pod import bucket_credentials, from_secret, pod, store_environment, store_mounts, store_volumes
from colonnade.plan.common.actions import RunJob
from colonnade_api import DatasetSpec, DataSource, ModelSource, ModelVersionSpec, Resources
from colonnade_api.wellknown import SPEC_HASH_LABEL

CLAIMS_FOLDER = "/pvc"
JOB_FOLDER, JOB_FILE = "/job", "job.json"
LONGEST_VARIABLE = 96 * 1024
"""Bytes of what a Job is told in an environment variable; of one variable, Linux takes 128 KiB with its name."""
SOURCE = "COLONNADE_SOURCE_"
COMPONENTS = {"dataset": "dataset", "train": "training"}
RETRIES = 3
FINAL_EXIT_CODES = [2, 3]  # wrong usage, a mistake of ours: see colonnade_jobs.main
LONGEST_SECONDS = {"dataset": 6 * 3600, "train": 24 * 3600}
MODEST = {"requests": {"cpu": "250m", "memory": "512Mi"}}
DNS = {"ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]}


def job(platform: Platform, owner: Owner, run: RunJob) -> Manifest:
    """A Job that gives one definite answer; a pod that its node evicts doesn't count as a failed try,
    and a mistake of ours isn't repeated."""
    labels = managed(COMPONENTS[run.kind], owner) | {SPEC_HASH_LABEL: run.spec_hash}
    return {
        "apiVersion": JOBS.api_version,
        "kind": JOBS.kind,
        "metadata": {
            "name": run.name,
            "namespace": owner.key.namespace,
            "labels": labels,
            "ownerReferences": owner.references(),
        },
        "spec": {
            "backoffLimit": RETRIES,
            "activeDeadlineSeconds": LONGEST_SECONDS[run.kind],
            "podFailurePolicy": {
                "rules": [
                    {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
                    {"action": "FailJob", "onExitCodes": {"operator": "In", "values": FINAL_EXIT_CODES}},
                ]
            },
            "template": {"metadata": {"labels": dict(labels)}, "spec": _pod(platform, run)},
        },
    }


def job_document(owner: Owner, run: RunJob) -> Manifest | None:
    """What a Job is told, for its pods to mount, where that is too long for a variable; None where it isn't."""
    text = _document(run)
    if _fits_a_variable(text):
        return None
    return {
        "apiVersion": CONFIG_MAPS.api_version,
        "kind": CONFIG_MAPS.kind,
        "metadata": {
            "name": run.name,
            "namespace": owner.key.namespace,
            "labels": managed(COMPONENTS[run.kind], owner),
            "ownerReferences": owner.references(),
        },
        "data": {JOB_FILE: text},
    }


def mounts_document(live: Manifest | None) -> bool:
    """Whether this Job, as the API server has it, was told by such a ConfigMap."""
    volumes = live["spec"]["template"]["spec"].get("volumes") or () if live else ()
    return any("configMap" in volume for volume in volumes)


def job_network(platform: Platform, owner: Owner, run: RunJob) -> Manifest:
    """Nobody calls a Job; it calls out only where its source or the store is not a volume."""
    component = COMPONENTS[run.kind]
    labels = managed(component, owner)
    reaches_out = isinstance(platform.store, BucketStore) or _scheme(run.document.spec) in ("s3", "https", "http")
    return {
        "apiVersion": NETWORK_POLICIES.api_version,
        "kind": NETWORK_POLICIES.kind,
        "metadata": {
            "name": f"{owner.key.name}-{component}",
            "namespace": owner.key.namespace,
            "labels": labels,
            "ownerReferences": owner.references(),
        },
        "spec": {
            "podSelector": {"matchLabels": labels},
            "policyTypes": ["Ingress", "Egress"],
            **({"egress": [DNS, {"ports": [{"protocol": "TCP"}]}]} if reaches_out else {}),
        },
    }


def _pod(platform: Platform, run: RunJob) -> Manifest:
    spec = run.document.spec
    claim = _claim(spec)
    text = _document(run)
    told = {"name": "COLONNADE_JOB", "value": text}
    if not _fits_a_variable(text):
        told = {"name": "COLONNADE_JOB_FILE", "value": f"{JOB_FOLDER}/{JOB_FILE}"}
    container: Manifest = {
        "name": run.kind,
        "image": platform.jobs_image,
        "imagePullPolicy": platform.pull_policy,
        "command": ["colonnade-jobs", run.kind],
        "env": [
            told,
            {"name": "COLONNADE_STORE", "value": platform.store.url},
            {"name": "HOME", "value": "/tmp"},  # noqa: S108 - the pod's own emptyDir
            *store_environment(platform),
            *_source_environment(_source(spec)),
        ],
        "resources": _resources(spec),
        "volumeMounts": store_mounts(platform, read_only=False),
    }
    volumes = store_volumes(platform)
    if claim:
        container["volumeMounts"].append({"name": "source", "mountPath": f"{CLAIMS_FOLDER}/{claim}", "readOnly": True})
        volumes.append({"name": "source", "persistentVolumeClaim": {"claimName": claim, "readOnly": True}})
    if not _fits_a_variable(text):
        container["volumeMounts"].append({"name": "job", "mountPath": JOB_FOLDER, "readOnly": True})
        volumes.append({"name": "job", "configMap": {"name": run.name}})
    return pod(platform, container, volumes, restartPolicy="Never")


def _document(run: RunJob) -> str:
    return json.dumps(run.document.manifest(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _fits_a_variable(text: str) -> bool:
    return len(text.encode()) <= LONGEST_VARIABLE


def _source(spec: DatasetSpec | ModelVersionSpec) -> DataSource | ModelSource | None:
    return spec.source


def _scheme(spec: DatasetSpec | ModelVersionSpec) -> str:
    source = _source(spec)
    return urlsplit(source.storage_uri or "").scheme if source else ""


def _claim(spec: DatasetSpec | ModelVersionSpec) -> str | None:
    source = _source(spec)
    parts = urlsplit((source.storage_uri if source else None) or "")
    return parts.netloc if parts.scheme == "pvc" else None


def _source_environment(source: DataSource | ModelSource | None) -> list[Manifest]:
    if source is None or source.secret_ref is None:
        return []
    secret = source.secret_ref.name
    if (source.storage_uri or "").startswith("s3://"):
        return bucket_credentials(secret, prefix=SOURCE)
    return [
        from_secret(f"{SOURCE}{key.upper()}", secret, key, optional=True) for key in ("username", "password", "token")
    ]


def _resources(spec: DatasetSpec | ModelVersionSpec) -> Manifest:
    asked = spec.training.resources if isinstance(spec, ModelVersionSpec) and spec.training else Resources()
    return asked.manifest() if asked != Resources() else MODEST
