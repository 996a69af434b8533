"""The pod that mounts the store, and the claim behind it."""

from colonnade.cli.kinds import Object
from colonnade.cli.store.installation import Installation
from colonnade_api.wellknown import COMPONENT_LABEL, DATASET_LABEL

CLAIM = "colonnade-store"
MOUNT = "/store"
LIFETIME_SECONDS = 3600
"""The kubelet ends the pod by then, also when nobody is left to delete it."""

LABELS = {"app.kubernetes.io/managed-by": "colonnade"}
USER = 65532
SLEEP = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); signal.pause()"


def claim(settings: Installation) -> Object:
    """As the operator makes it, for a namespace in which it hasn't yet."""
    spec: Object = {
        "accessModes": [settings.store_access_mode],
        # All four are said, since a namespace with a quota may ask for each of them.
        "resources": {"requests": {"storage": settings.store_size}},
    }
    if settings.store_class:
        spec["storageClassName"] = settings.store_class
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": CLAIM, "labels": LABELS | {"app.kubernetes.io/component": "store"}},
        "spec": spec,
    }


def pod(dataset: Object, settings: Installation, suffix: str) -> Object:
    """Restricted, without a token, owned by the Dataset so that it goes with it."""
    name = dataset["metadata"]["name"]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{name}-push-{suffix}",
            "labels": LABELS | {COMPONENT_LABEL: "push", DATASET_LABEL: name},
            "ownerReferences": [_owner(dataset)],
        },
        "spec": {
            "restartPolicy": "Never",
            "activeDeadlineSeconds": LIFETIME_SECONDS,
            "terminationGracePeriodSeconds": 5,
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": USER,
                "runAsGroup": USER,
                "fsGroup": USER,
                "fsGroupChangePolicy": "OnRootMismatch",
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "imagePullSecrets": [{"name": name} for name in settings.pull_secrets],
            "containers": [_container(settings)],
            "volumes": [{"name": "store", "persistentVolumeClaim": {"claimName": CLAIM}}],
        },
    }


def _container(settings: Installation) -> Object:
    return {
        "name": "store",
        "image": settings.jobs_image,
        "imagePullPolicy": settings.pull_policy,
        "command": ["python", "-c", SLEEP],
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"cpu": "1", "memory": "256Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "store", "mountPath": MOUNT}],
    }


def _owner(dataset: Object) -> Object:
    return {
        "apiVersion": dataset["apiVersion"],
        "kind": dataset["kind"],
        "name": dataset["metadata"]["name"],
        "uid": dataset["metadata"]["uid"],
    }
