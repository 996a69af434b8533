"""Who signs bundles, and whose are served.

The private key is mounted in training Jobs alone. The public ones stand in a ConfigMap of each Deployment, which its
pods read at each start: a revision's pods never change, and keys do.
"""

from dataclasses import dataclass

from colonnade.kube.kinds import CONFIG_MAPS, Manifest
from colonnade.manifests.labels import Owner, managed

FOLDER, PRIVATE = "/signing", "private.pem"
PUBLIC, UNSIGNED = "public.pem", "allowUnsigned"


@dataclass(frozen=True)
class Signing:
    """secret: in each namespace, with the private key; None: training Jobs sign nothing.

    public_keys: in PEM, one after the other; empty: pods verify no signature. allow_unsigned: whether pods serve what
    nobody signed.
    """

    secret: str | None = None
    public_keys: str = ""
    allow_unsigned: bool = False


def key_environment(signing: Signing) -> list[Manifest]:
    """Of a training Job."""
    if not signing.secret:
        return []
    return [{"name": "COLONNADE_SIGNING_KEY", "value": f"{FOLDER}/{signing.secret}/{PRIVATE}"}]


def key_mounts(signing: Signing) -> list[Manifest]:
    """Of a training Job."""
    if not signing.secret:
        return []
    return [{"name": "signing", "mountPath": f"{FOLDER}/{signing.secret}", "readOnly": True}]


def key_volumes(signing: Signing) -> list[Manifest]:
    """Of a training Job; where the Secret is missing the Job starts nevertheless, and says so."""
    if not signing.secret:
        return []
    items = [{"key": PRIVATE, "path": PRIVATE}]
    found = {"secretName": signing.secret, "items": items, "defaultMode": 0o440, "optional": True}
    return [{"name": "signing", "secret": found}]


def public_keys(owner: Owner, signing: Signing) -> Manifest | None:
    """Whose models a Deployment's pods serve; None where that is anyone's."""
    if not signing.public_keys:
        return None
    return {
        "apiVersion": CONFIG_MAPS.api_version,
        "kind": CONFIG_MAPS.kind,
        "metadata": {
            "name": _name(owner),
            "namespace": owner.key.namespace,
            "labels": managed("serving", owner),
            "ownerReferences": owner.references(),
        },
        "data": {PUBLIC: signing.public_keys, UNSIGNED: str(signing.allow_unsigned).lower()},
    }


def trust_environment(owner: Owner, signing: Signing) -> list[Manifest]:
    """Of serving pods: none starts while the ConfigMap isn't there."""
    if not signing.public_keys:
        return []
    return [
        _from_config_map("COLONNADE_PUBLIC_KEY", _name(owner), PUBLIC),
        _from_config_map("COLONNADE_ALLOW_UNSIGNED", _name(owner), UNSIGNED),
    ]


def _from_config_map(variable: str, name: str, key: str) -> Manifest:
    return {"name": variable, "valueFrom": {"configMapKeyRef": {"name": name, "key": key}}}


def _name(owner: Owner) -> str:
    return f"{owner.key.name}-public-keys"
