"""The cluster as the command sees it: plain JSON objects, a time limit on every call, errors in people's words."""

import json
from collections.abc import Iterable

import urllib3
from kubernetes import client

from colonnade_access.errors import ColonnadeError
from colonnade_access.references import Object, Reference
from colonnade_api.kinds import Resource

TIMEOUT_SECONDS = 15
JSON = "application/json"
MERGE = "application/merge-patch+json"
FIELD_MANAGER = "colonnade-cli"
"""Not kubectl-colonnade: Flux takes back what any manager has set whose name begins with kubectl."""


class Refused(ColonnadeError):
    """The API server said no; `status` is its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class NotFound(ColonnadeError):
    """No object of this name; the message lists those that there are."""

    def __init__(self, what: str, namespace: str, existing: Iterable[str]) -> None:
        names = sorted(existing)
        kind = what.partition("/")[0]
        nothing = f"there is none; look in another namespace, or see `kubectl get {kind} -A`"
        there = f"there are: {', '.join(names)}" if names else nothing
        super().__init__(f"{what} is not in namespace {namespace}; {there}")


class Cluster:
    """Calls in the namespace that the user chose. All of them raise ColonnadeError."""

    def __init__(self, api: client.ApiClient, namespace: str, field_manager: str = FIELD_MANAGER) -> None:
        self.api = api
        self.namespace = namespace
        self._fields = {"fieldManager": field_manager}

    def get(self, wanted: Reference) -> Object:
        """Raises NotFound, which names those that exist."""
        try:
            return self._call("GET", wanted.kind.path(self.namespace, wanted.name))
        except Refused as refused:
            if refused.status != 404:
                raise
        existing = self.list(wanted.kind)
        raise NotFound(str(wanted), self.namespace, [item["metadata"]["name"] for item in existing])

    def find(self, kind: Resource, name: str, namespace: str = "") -> Object | None:
        """None when it isn't there."""
        try:
            return self._call("GET", kind.path(namespace or self.namespace, name))
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    def list(self, kind: Resource, selector: str = "") -> list[Object]:
        query = {"labelSelector": selector} if selector else {}
        items: list[Object] = self._call("GET", kind.path(self.namespace), query=query).get("items") or []
        return [{"apiVersion": kind.api_version, "kind": kind.kind, **item} for item in items]

    def create(self, kind: Resource, manifest: Object) -> Object:
        return self._call("POST", kind.path(self.namespace), body=manifest, query=self._fields)

    def merge(self, wanted: Reference, patch: Object) -> Object:
        path = wanted.kind.path(self.namespace, wanted.name)
        return self._call("PATCH", path, body=patch, content=MERGE, query=self._fields)

    def delete(self, kind: Resource, name: str) -> None:
        """Gone already is as good."""
        try:
            self._call("DELETE", kind.path(self.namespace, name))
        except Refused as refused:
            if refused.status != 404:
                raise

    def whoami(self) -> str:
        """The name that the API server knows the user by."""
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        answer = self._call("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", body=review)
        return str(answer["status"]["userInfo"]["username"])

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: Object | None = None,
        content: str = JSON,
    ) -> Object:
        headers = {"Accept": JSON, "Content-Type": content}
        call = self.api.param_serialize(
            method,
            path,
            query_params=list((query or {}).items()),
            header_params=headers,
            body=body,
            auth_settings=["BearerToken"],
        )
        try:
            response = self.api.call_api(*call, _request_timeout=TIMEOUT_SECONDS)
            answer: bytes = response.read()
        except (urllib3.exceptions.HTTPError, client.ApiException, OSError) as error:
            raise ColonnadeError(_unreachable(self.api.configuration.host, error)) from error
        if response.status >= 400:
            raise Refused(response.status, _refusal(response.status, answer, path))
        parsed: Object = json.loads(answer)
        return parsed


def _unreachable(host: str, error: Exception) -> str:
    cause = getattr(error, "reason", None) or error
    return f"the API server at {host} does not answer: {cause}; see `kubectl cluster-info`"


def _refusal(status: int, answer: bytes, path: str) -> str:
    try:
        said = json.loads(answer)["message"]
    except (ValueError, KeyError, TypeError):
        said = answer[:200].decode("utf-8", "replace").strip()
    if status == 404 and "page not found" in said:
        return "Colonnade is not installed on this cluster: install its chart, see `helm install colonnade`"
    if status == 401:
        return "the API server does not know you: log in again, see `kubectl auth whoami`"
    if status == 403:
        return f"{said}; ask for the role colonnade-edit (or colonnade-approve) in this namespace"
    return str(said or f"the API server answered {status} to {path}")
