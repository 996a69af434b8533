"""The Jobs that read data and train models, and what of the network they may reach."""

from colonnade.kube.kinds import CONFIG_MAPS, JOBS, NETWORK_POLICIES, Manifest
from colonnade.manifests import signing
from colonnade.manifests.labels import Owner, managed
from colonnade.manifests.platform import BucketStore, Platform
from colonnade.manifests.pod import pod, store_environment, store_mounts, store_volumes
from colonnade.manifests.workloads import keys, source
from colonnade.manifests.workloads.task import Task, task_of
from colonnade.plan.common.actions import RunJob
from colonnade_api.wellknown import SPEC_HASH_LABEL

JOB_FOLDER, JOB_FILE = "/job", "job.json"
LONGEST_VARIABLE = 96 * 1024
"""Bytes of what a Job is told in an environment variable; of one variable, Linux takes 128 KiB with its name."""
RETRIES = 3
FINAL_EXIT_CODES = [2, 3]  # wrong usage, a mistake of ours: see colonnade_jobs.main
DNS = {"ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]}


def job(platform: Platform, owner: Owner, run: RunJob) -> Manifest:
    """A Job that gives one definite answer; a pod that its node evicts doesn't count as a failed try,
    and a mistake of ours isn't repeated."""
    task = task_of(run.document)
    labels = managed(task.component, owner) | {SPEC_HASH_LABEL: run.spec_hash}
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
            "activeDeadlineSeconds": int(task.longest.total_seconds()),
            "podFailurePolicy": {
                "rules": [
                    {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
                    {"action": "FailJob", "onExitCodes": {"operator": "In", "values": FINAL_EXIT_CODES}},
                ]
            },
            "template": {"metadata": {"labels": dict(labels)}, "spec": _pod(platform, run.name, task)},
        },
    }


def job_document(owner: Owner, run: RunJob) -> Manifest | None:
    """What a Job is told, for its pods to mount, where that is too long for a variable; None where it isn't."""
    task = task_of(run.document)
    if _fits_a_variable(task):
        return None
    return {
        "apiVersion": CONFIG_MAPS.api_version,
        "kind": CONFIG_MAPS.kind,
        "metadata": {
            "name": run.name,
            "namespace": owner.key.namespace,
            "labels": managed(task.component, owner),
            "ownerReferences": owner.references(),
        },
        "data": {JOB_FILE: task.document},
    }


def mounts_document(live: Manifest | None) -> bool:
    """Whether this Job, as the API server has it, was told by such a ConfigMap."""
    volumes = live["spec"]["template"]["spec"].get("volumes") or () if live else ()
    return any("configMap" in volume for volume in volumes)


def job_network(platform: Platform, owner: Owner, run: RunJob) -> Manifest:
    """Nobody calls a Job; it calls out only where its source or the store is not a volume."""
    task = task_of(run.document)
    labels = managed(task.component, owner)
    reaches_out = isinstance(platform.store, BucketStore) or source.is_remote(task.source)
    return {
        "apiVersion": NETWORK_POLICIES.api_version,
        "kind": NETWORK_POLICIES.kind,
        "metadata": {
            "name": f"{owner.key.name}-{task.component}",
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


def _pod(platform: Platform, name: str, task: Task) -> Manifest:
    claim, fits = source.claim(task.source), _fits_a_variable(task)
    told = {"name": "COLONNADE_JOB", "value": task.document}
    if not fits:
        told = {"name": "COLONNADE_JOB_FILE", "value": f"{JOB_FOLDER}/{JOB_FILE}"}
    container: Manifest = {
        "name": task.command,
        "image": platform.jobs_image,
        "imagePullPolicy": platform.pull_policy,
        "command": ["colonnade-jobs", task.command],
        "env": [
            told,
            {"name": "COLONNADE_STORE", "value": platform.store.url},
            {"name": "HOME", "value": "/tmp"},  # noqa: S108 - the pod's own emptyDir
            *store_environment(platform),
            *source.environment(task.source),
            *keys.environment(task.keys),
        ],
        "resources": task.requirements(),
        "volumeMounts": store_mounts(platform, read_only=False),
    }
    volumes = store_volumes(platform)
    if claim:
        access = {} if source.is_written(task.source) else {"readOnly": True}
        container["volumeMounts"].append({"name": "source", "mountPath": f"{source.CLAIMS_FOLDER}/{claim}", **access})
        volumes.append({"name": "source", "persistentVolumeClaim": {"claimName": claim, **access}})
    if secret := source.connection(task.source):
        container["volumeMounts"].append(
            {"name": "connection", "mountPath": source.CONNECTION_FOLDER, "readOnly": True}
        )
        volumes.append(source.connection_volume(secret))
    if task.pseudonyms:
        container["volumeMounts"].append(
            {"name": "pseudonyms", "mountPath": source.PSEUDONYMS_FOLDER, "readOnly": True}
        )
        volumes.append(source.pseudonyms_volume(task.pseudonyms))
    if task.keys:
        container["volumeMounts"].append(keys.mount())
        volumes.append(keys.volume(task.keys))
    if task.signs:
        container["env"].extend(signing.key_environment(platform.signing))
        container["volumeMounts"].extend(signing.key_mounts(platform.signing))
        volumes.extend(signing.key_volumes(platform.signing))
    if not fits:
        container["volumeMounts"].append({"name": "job", "mountPath": JOB_FOLDER, "readOnly": True})
        volumes.append({"name": "job", "configMap": {"name": name}})
    return pod(platform, container, volumes, restartPolicy="Never")


def _fits_a_variable(task: Task) -> bool:
    return len(task.document.encode()) <= LONGEST_VARIABLE
