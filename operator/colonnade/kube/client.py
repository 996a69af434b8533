"""Calls to the API server, each with a time limit; retries are the work queue's affair."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from kubernetes.aio.client import ApiClient

from colonnade.kube.errors import Unreachable, from_answer
from colonnade.kube.kinds import Key, Manifest, Resource

FIELD_MANAGER = "colonnade-operator"
AT_ONCE = 32
"""Half of the workers: more make an API server slow for each of them, and what waits here costs it nothing."""
CALL_SECONDS = 5.0
CONNECT_SECONDS = 2.0
PAGE = 500
JSON = "application/json"
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
OURS: Mapping[str, str] = {"fieldManager": FIELD_MANAGER}


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Manifest | None = None
    content: str = JSON
    accept: str = JSON


class ApiServer:
    """Objects as plain dictionaries, as the API server speaks them.

    guard: called before every write; raises where we may not write any more.
    wrote: called after every write with its verb and resource, for counting.
    seconds: how long one call may take, once it is sent.
    All methods raise ApiError, Unreachable among them.
    """

    def __init__(
        self,
        client: ApiClient,
        guard: Callable[[], None] = lambda: None,
        wrote: Callable[[str, Resource], None] = lambda _verb, _resource: None,
        seconds: float = CALL_SECONDS,
    ) -> None:
        self._client = client
        self._guard = guard
        self._wrote = wrote
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._limit = aiohttp.ClientTimeout(total=seconds, sock_connect=min(seconds, CONNECT_SECONDS))

    async def get(self, key: Key) -> Manifest:
        return await self._answer(Call("GET", key.path()))

    async def list(
        self, resource: Resource, namespace: str | None = None, selector: str = "", metadata_only: bool = False
    ) -> AsyncIterator[Manifest]:
        """Every object there is, page by page; `apiVersion` and `kind` are filled in."""
        accept = METADATA_LIST if metadata_only else JSON
        query = {"limit": str(PAGE)} | ({"labelSelector": selector} if selector else {})
        while True:
            page = await self._answer(Call("GET", resource.path(namespace), query, accept=accept))
            for item in page.get("items") or []:
                yield item | {"apiVersion": resource.api_version, "kind": resource.kind}
            if not (token := page.get("metadata", {}).get("continue")):
                return
            query = query | {"continue": token}

    async def create(self, resource: Resource, namespace: str, manifest: Manifest) -> Manifest:
        return await self._write("create", resource, Call("POST", resource.path(namespace), OURS, manifest))

    async def apply(self, key: Key, manifest: Manifest, subresource: str | None = None) -> Manifest:
        """Server-side apply: our fields become as given, everyone else's stay."""
        query = {**OURS, "force": "true"}
        return await self._write("apply", key.resource, Call("PATCH", key.path(subresource), query, manifest, APPLY))

    async def merge(self, key: Key, patch: Manifest) -> Manifest:
        return await self._write("patch", key.resource, Call("PATCH", key.path(), OURS, patch, MERGE))

    async def replace(self, key: Key, manifest: Manifest) -> Manifest:
        return await self._write("update", key.resource, Call("PUT", key.path(), OURS, manifest))

    async def delete(self, key: Key, uid: str) -> Manifest:
        """Of this very object, not of a later one of its name; what it owns goes in the background."""
        options = {"preconditions": {"uid": uid}, "propagationPolicy": "Background"}
        return await self._write("delete", key.resource, Call("DELETE", key.path(), body=options))

    async def _write(self, verb: str, resource: Resource, call: Call) -> Manifest:
        async with self._turns:
            self._guard()
            answer = await self._sent(call)
        self._wrote(verb, resource)
        return answer

    async def _answer(self, call: Call) -> Manifest:
        async with self._turns:
            return await self._sent(call)

    async def _sent(self, call: Call) -> Manifest:
        request = await self._client.param_serialize(
            call.method,
            call.path,
            query_params=list(call.query.items()),
            header_params={"Accept": call.accept, "Content-Type": call.content},
            body=call.body,
            auth_settings=["BearerToken"],
        )
        try:
            response: Any = await self._client.call_api(*request, _request_timeout=self._limit)
            body: bytes = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unreachable(f"{call.method} {call.path}: {str(error) or type(error).__name__}") from error
        if response.status >= 400:
            raise from_answer(response.status, body, response.headers.get("Retry-After"))
        answer: Manifest = json.loads(body)
        return answer
