"""What a pod answers over HTTP, asked through a port-forward: no network policy stands in its way."""

import http.client

from kubernetes import client
from kubernetes.stream import portforward

from colonnade_access import websockets
from colonnade_access.cluster import Cluster
from colonnade_access.errors import ColonnadeError

TIMEOUT_SECONDS = 30


def get(cluster: Cluster, pod: str, port: int, path: str) -> bytes:
    """The body of an answer. Raises ColonnadeError when there is none, or it isn't 200."""
    try:
        with websockets.patient():
            forward = portforward(
                client.CoreV1Api(cluster.api).connect_get_namespaced_pod_portforward,
                pod,
                cluster.namespace,
                ports=str(port),
            )
        connection = http.client.HTTPConnection(pod, timeout=TIMEOUT_SECONDS)
        connection.sock = forward.socket(port)
        connection.sock.settimeout(TIMEOUT_SECONDS)
        connection.request("GET", path, headers={"Connection": "close"})
        answer = connection.getresponse()
        body = answer.read()
    except (client.ApiException, http.client.HTTPException, OSError) as error:
        raise ColonnadeError(f"pod {pod} can't be asked by port-forward: {websockets.cause(error)}") from error
    if answer.status != http.client.OK:
        raise ColonnadeError(f"pod {pod} answers {answer.status} to {path}")
    return body
