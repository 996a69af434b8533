"""The keys of encrypted versions, mounted from their Secrets: a pod gets them, and nobody else reads them.

As files, since an environment is shown to whoever may run a command in the pod, and is inherited by what it starts. A
Secret that isn't there hinders no pod from starting: the Job says which one it waits for.
"""

import json

from colonnade.kube.kinds import Manifest
from colonnade_api.datasets.encryption import SecretKey

NAMES, FOLDER_VARIABLE = "COLONNADE_KEYS", "COLONNADE_KEYS_FOLDER"
FOLDER = "/keys"


def environment(keys: tuple[SecretKey, ...]) -> list[Manifest]:
    """Their names, for messages, and where they are mounted."""
    if not keys:
        return []
    names = json.dumps([str(key) for key in keys])
    return [{"name": NAMES, "value": names}, {"name": FOLDER_VARIABLE, "value": FOLDER}]


def mount() -> Manifest:
    return {"name": "keys", "mountPath": FOLDER, "readOnly": True}


def volume(keys: tuple[SecretKey, ...]) -> Manifest:
    """A file each, called by its place among their names."""
    sources = [_source(key, str(n)) for n, key in enumerate(keys)]
    return {"name": "keys", "projected": {"defaultMode": 0o440, "sources": sources}}


def _source(key: SecretKey, path: str) -> Manifest:
    return {"secret": {"name": key.name, "items": [{"key": key.key, "path": path}], "optional": True}}
