"""The ModelVersion that a retraining makes."""

from colonnade.kube.kinds import MODEL_VERSIONS, Manifest
from colonnade.plan.common.actions import EnsureModelVersion
from colonnade_api.wellknown import (
    BECAUSE_ANNOTATION,
    IN_PLACE_OF_ANNOTATION,
    MANAGED_BY_LABEL,
    RETRAINED_BY_LABEL,
)


def model_version(namespace: str, wanted: EnsureModelVersion) -> Manifest:
    """Without an owner reference: it may serve long after the policy is gone. Labels and annotations say whence."""
    return {
        "apiVersion": MODEL_VERSIONS.api_version,
        "kind": MODEL_VERSIONS.kind,
        "metadata": {
            "name": wanted.name,
            "namespace": namespace,
            "labels": {MANAGED_BY_LABEL: "colonnade", RETRAINED_BY_LABEL: wanted.policy},
            "annotations": {IN_PLACE_OF_ANNOTATION: wanted.in_place_of, BECAUSE_ANNOTATION: wanted.because},
        },
        "spec": dict(wanted.spec),
    }
