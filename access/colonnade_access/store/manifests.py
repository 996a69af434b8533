"""The pod that mounts the store, and the claim behind it."""

from colonnade_access.references import Object
from colonnade_access.store.installation import Installation
from colonnade_api.wellknown import COMPONENT_LABEL, DATASET_LABEL, MODEL_VERSION_LABEL

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


def push_labels(owner: Object) -> dict[str, str]:
    """Whose pod it is: a Dataset's or a ModelVersion's."""
    label = DATASET_LABEL if owner["kind"] == "Dataset" else MODEL_VERSION_LABEL
    return {COMPONENT_LABEL: "push", label: owner["metadata"]["name"]}


def pod(owner: Object, settings: Installation, suffix: str) -> Object:
    """Restricted, without a token, owned by what is pushed for, so that it goes with it."""
    name = owner["metadata"]["name"]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{name}-push-{suffix}",
            "labels": LABELS | push_labels(owner),
            "ownerReferences": [_reference(owner)],
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


def _reference(owner: Object) -> Object:
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
    }
