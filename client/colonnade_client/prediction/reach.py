"""How a Deployment is reached from where this program runs."""

import os
import socket

import urllib3
from kubernetes import client
from kubernetes.stream import portforward
from urllib3.connection import HTTPConnection

from colonnade_access import Object, Refused, websockets
from colonnade_api.kinds import PODS
from colonnade_client.errors import PredictionError
from colonnade_client.prediction.endpoint import Endpoint
from colonnade_client.session import Session

ROUTER = "app.kubernetes.io/name=colonnade,app.kubernetes.io/component=router"
HTTP = "http"
INSTEAD = "say where the router answers by Client(router_url=…), or the Deployment by client.deployment(NAME, url=…)"


def reach(session: Session, name: str, url: str | None, service: str | None) -> Endpoint:
    """By the URL that was given; the router's that was given; within the cluster by the Deployment's Service; from
    outside through a port-forward to a pod of the router.

    Raises PredictionError.
    """
    if url:
        return Endpoint.at(url)
    path = f"/namespaces/{session.namespace}/deployments/{name}"
    if session.router_url:
        return Endpoint.at(f"{session.router_url.rstrip('/')}{path}")
    if service and os.environ.get("KUBERNETES_SERVICE_HOST"):
        return Endpoint.at(service)
    return Endpoint(Forwarded(session), path, f"mdep/{name} by port-forward")


class Forwarded(urllib3.HTTPConnectionPool):
    """Connections that end in a router's pod, each by a websocket through the API server."""

    def __init__(self, session: Session) -> None:
        super().__init__("colonnade-router", maxsize=1)
        self._session = session

    def _new_conn(self) -> HTTPConnection:
        return _Connection(self._session)


class _Connection(HTTPConnection):
    """A pod is chosen anew for each: the one before may be gone."""

    def __init__(self, session: Session) -> None:
        super().__init__("colonnade-router")
        self._session = session

    def _new_conn(self) -> socket.socket:
        system = self._session.system_namespace
        try:
            pod = _router(self._session.system.list(PODS, ROUTER), system)
            port = _port(pod)
            with websockets.patient():
                forward = portforward(
                    client.CoreV1Api(self._session.cluster.api).connect_get_namespaced_pod_portforward,
                    pod["metadata"]["name"],
                    system,
                    ports=str(port),
                )
        except (Refused, client.ApiException) as refused:
            raise PredictionError(
                f"no port-forward into namespace {system}: {websockets.cause(refused)}; {INSTEAD}"
            ) from refused
        connected: socket.socket = forward.socket(port)
        return connected


def _router(pods: list[Object], system: str) -> Object:
    for pod in pods:
        conditions = (pod.get("status") or {}).get("conditions") or []
        if any(each["type"] == "Ready" and each["status"] == "True" for each in conditions):
            return pod
    raise PredictionError(f"no pod of the router is ready in namespace {system}; {INSTEAD}")


def _port(pod: Object) -> int:
    ports = (port for each in pod["spec"]["containers"] for port in each.get("ports") or ())
    return next(int(port["containerPort"]) for port in ports if port.get("name") == HTTP)
