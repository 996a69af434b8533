"""How many of a revision's pods a drain may take at a time."""

from colonnade.kube.kinds import BUDGETS, Manifest
from colonnade.manifests.labels import Owner, managed, revision_labels, revision_name


def budget(owner: Owner, revision: str) -> Manifest:
    """One; a pod that doesn't answer anyway may always be taken."""
    return {
        "apiVersion": BUDGETS.api_version,
        "kind": BUDGETS.kind,
        "metadata": {
            "name": revision_name(owner.key.name, revision),
            "namespace": owner.key.namespace,
            "labels": managed("serving", owner, revision=revision),
            "ownerReferences": owner.references(),
        },
        "spec": {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": revision_labels(owner.key.name, revision)},
        },
    }
