"""Our kinds at an API server, as the tests write and read them."""

from typing import Any, cast

from kubernetes import client

from colonnade_api import API_VERSION, GROUP, KINDS, VERSION

Manifest = dict[str, Any]
PLURALS = {kind.__name__: kind.names.plural for kind in KINDS}
SECONDS = 10
STRICTLY: Any = {"field_validation": "Strict", "_request_timeout": SECONDS}


class Objects:
    """Creates, changes and reads objects of our kinds in one namespace; unknown fields are errors, as with kubectl."""

    def __init__(self, custom: client.CustomObjectsApi, namespace: str) -> None:
        self.custom, self.namespace = custom, namespace

    def create(self, kind: str, spec: Manifest, name: str = "it") -> Manifest:
        body = {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": spec}
        return cast("Manifest", self.custom.create_namespaced_custom_object(*self._place(kind), body, **STRICTLY))

    def get(self, kind: str, name: str = "it") -> Manifest:
        place = self._place(kind)
        return cast("Manifest", self.custom.get_namespaced_custom_object(*place, name, _request_timeout=SECONDS))

    def replace(self, body: Manifest) -> Manifest:
        place = (*self._place(body["kind"]), body["metadata"]["name"])
        return cast("Manifest", self.custom.replace_namespaced_custom_object(*place, body, **STRICTLY))

    def replace_status(self, body: Manifest) -> Manifest:
        place = (*self._place(body["kind"]), body["metadata"]["name"])
        return cast("Manifest", self.custom.replace_namespaced_custom_object_status(*place, body, **STRICTLY))

    def scale(self, kind: str, replicas: int, name: str = "it") -> Manifest:
        place, wanted = self._place(kind), {"spec": {"replicas": replicas}}
        scaled = self.custom.patch_namespaced_custom_object_scale(*place, name, wanted, _request_timeout=SECONDS)
        return cast("Manifest", scaled)

    def _place(self, kind: str) -> tuple[str, str, str, str]:
        return GROUP, VERSION, self.namespace, PLURALS[kind]
