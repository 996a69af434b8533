"""What the agent watches on the API server: Deployments, EndpointSlices of their revisions, and the operator's Lease.

While the API server is out of reach the view stays as it is, but for the heartbeat, which ends by itself.
"""

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from kubernetes.aio import config
from kubernetes.aio.client import ApiClient, Configuration

from colonnade.router.metrics import Metrics
from colonnade.router.parse import Manifest
from colonnade.router.settings import Settings
from colonnade.router.view import View
from colonnade_api.common import GROUP, VERSION
from colonnade_api.wellknown import REVISION_LABEL

log = logging.getLogger(__name__)

PAGE = 500
CALL = aiohttp.ClientTimeout(total=30.0, sock_connect=2.0, sock_read=10.0)
WATCH_SECONDS = 60
QUIET_SECONDS = 75.0  # the API server ends a watch before that: a longer silence is a dead connection
WATCH = aiohttp.ClientTimeout(total=None, sock_connect=2.0, sock_read=QUIET_SECONDS)
BACKOFF_SECONDS = (0.2, 5.0)
GONE = 410


class Broken(Exception):
    """A list or watch ended in an error; `gone` when it has to begin with a list again."""

    def __init__(self, message: str, gone: bool = False) -> None:
        super().__init__(message)
        self.gone = gone


@dataclass(frozen=True)
class Watched:
    """One kind in one namespace, or in all, and who is told of it."""

    name: str
    path: str
    replace: Callable[[list[Manifest]], None]
    put: Callable[[Manifest], None]
    drop: Callable[[Manifest], None]
    selector: tuple[tuple[str, str], ...] = ()


async def watch(view: View, metrics: Metrics, settings: Settings) -> None:
    """Never returns."""
    async with ApiClient(await _api_server()) as client, asyncio.TaskGroup() as group:
        for kind in watched(view, settings):
            group.create_task(follow(client, kind, metrics))


def watched(view: View, settings: Settings) -> list[Watched]:
    within = [f"/namespaces/{namespace}" for namespace in settings.namespaces] or [""]
    found = [_lease(view, settings)]
    for where in within:
        deployments, slices = view.deployments.part(where), view.slices.part(where)
        path = f"/apis/{GROUP}/{VERSION}{where}/deployments"
        found.append(Watched(f"deployments{where}", path, deployments.replace, deployments.put, deployments.drop))
        path = f"/apis/discovery.k8s.io/v1{where}/endpointslices"
        selector = (("labelSelector", REVISION_LABEL),)
        found.append(Watched(f"endpointslices{where}", path, slices.replace, slices.put, slices.drop, selector))
    return found


def _lease(view: View, settings: Settings) -> Watched:
    return Watched(
        "lease",
        f"/apis/coordination.k8s.io/v1/namespaces/{settings.namespace}/leases",
        lambda found: view.saw_lease(found[0] if found else None),
        view.saw_lease,
        lambda _gone: view.saw_lease(None),
        (("fieldSelector", f"metadata.name={settings.lease_name}"),),
    )


async def follow(client: ApiClient, kind: Watched, metrics: Metrics) -> None:
    """Lists, then watches, for ever."""
    version, wait = "", BACKOFF_SECONDS[0]
    while True:
        try:
            if not version:
                version = await _list(client, kind)
                metrics.relisted(kind.name)
            async for told in _changes(client, kind, version):
                version, wait = told, BACKOFF_SECONDS[0]
        except Broken as error:
            log.warning("the watch of %s: %s", kind.name, error)
            metrics.broke(kind.name)
            version = "" if error.gone else version
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311 jitter, no secret
            wait = min(wait * 2, BACKOFF_SECONDS[1])


async def _list(client: ApiClient, kind: Watched) -> str:
    """Tells all there is, and returns the version from which to watch."""
    items: list[Manifest] = []
    query = [*kind.selector, ("limit", str(PAGE))]
    token = ""
    while True:
        response = await _get(client, kind.path, [*query, ("continue", token)] if token else query, CALL)
        try:
            page = json.loads(await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise Broken(_words(error), gone=True) from error
        items += page.get("items") or []
        token = page["metadata"].get("continue") or ""
        if not token:
            kind.replace(items)
            return str(page["metadata"]["resourceVersion"])


async def _changes(client: ApiClient, kind: Watched, version: str) -> AsyncIterator[str]:
    """Tells each change, and yields the version up to which all is told; ends when the API server ends the watch."""
    query = [*kind.selector, ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", version)]
    response = await _get(client, kind.path, [*query, ("timeoutSeconds", str(WATCH_SECONDS))], WATCH)
    try:
        while line := await response.content.readline():
            yield _told(kind, json.loads(line))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise Broken(_words(error)) from error
    finally:
        response.close()


def _told(kind: Watched, event: dict[str, Any]) -> str:
    change, subject = event["type"], event["object"]
    if change == "ERROR":
        raise Broken(subject.get("message") or "ended by the API server", gone=True)
    if change == "DELETED":
        kind.drop(subject)
    elif change != "BOOKMARK":
        kind.put(subject)
    return str(subject["metadata"]["resourceVersion"])


async def _get(
    client: ApiClient, path: str, query: list[tuple[str, str]], limits: aiohttp.ClientTimeout
) -> aiohttp.ClientResponse:
    call = await client.param_serialize(
        "GET", path, query_params=query, header_params={"Accept": "application/json"}, auth_settings=["BearerToken"]
    )
    try:
        answer = await client.call_api(*call, _request_timeout=limits)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Broken(_words(error)) from error
    response: aiohttp.ClientResponse = answer.response
    if response.status >= 400:
        status = response.status
        response.close()
        raise Broken(f"GET {path}: {status} {response.reason}", gone=status == GONE)
    return response


async def _api_server() -> Configuration:
    """By the pod's own ServiceAccount, or else as KUBECONFIG says."""
    found = Configuration()
    try:
        config.load_incluster_config(client_configuration=found)
    except config.ConfigException:
        await config.load_kube_config(client_configuration=found)
    return found


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
