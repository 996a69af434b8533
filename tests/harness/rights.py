"""A kubeconfig with the operator's rights and no more, as its verb table lists them."""

import json
from pathlib import Path
from typing import Any

import yaml
from kubernetes import client

from colonnade.runtime.rbac import LEADER, OPERATOR

NAME = "colonnade-operator"


def kubeconfig_of_the_operator(administrator: Path, api: client.ApiClient, namespace: str, folder: Path) -> Path:
    core: Any = client.CoreV1Api(api)
    rbac: Any = client.RbacAuthorizationV1Api(api)
    metadata = {"name": NAME, "namespace": namespace}
    core.create_namespaced_service_account(namespace, {"metadata": metadata})
    rules = [
        {"apiGroups": [group], "resources": [resource], "verbs": sorted(verbs)}
        for table in (OPERATOR, LEADER)
        for (group, resource), verbs in table.items()
    ]
    rbac.create_namespaced_role(namespace, {"metadata": metadata, "rules": rules})
    binding = {
        "metadata": metadata,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": NAME},
        "subjects": [{"kind": "ServiceAccount", **metadata}],
    }
    rbac.create_namespaced_role_binding(namespace, binding)
    token = core.create_namespaced_service_account_token(NAME, namespace, {"spec": {"expirationSeconds": 3600}})
    return _written(administrator, token.status.token, folder / "operator.kubeconfig")


def _written(administrator: Path, token: str, path: Path) -> Path:
    config = yaml.safe_load(administrator.read_text())
    for user in config["users"]:
        user["user"] = {"token": token}
    path.write_text(json.dumps(config))
    return path
