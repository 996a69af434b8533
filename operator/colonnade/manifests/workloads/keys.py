"""The keys of encrypted versions, by reference to their Secrets: a pod gets them, and nobody else reads them.

A Secret that isn't there shows as the reason for which the pod waits.
"""

import json

from colonnade.kube.kinds import Manifest
from colonnade.manifests.pod import from_secret
from colonnade_api.datasets.encryption import SecretKey

NAMES, VALUE = "COLONNADE_KEYS", "COLONNADE_KEY_"


def environment(keys: tuple[SecretKey, ...]) -> list[Manifest]:
    """Their names, for messages, and each one's value."""
    if not keys:
        return []
    names = {"name": NAMES, "value": json.dumps([str(key) for key in keys])}
    return [names, *(from_secret(f"{VALUE}{n}", key.name, key.key) for n, key in enumerate(keys))]
