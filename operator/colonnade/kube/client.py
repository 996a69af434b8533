"""Calls to the API server, each with a time limit; retries are the work queue's affair."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

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
WATCH_SECONDS = 60
QUIET_SECONDS = 75.0
"""The API server ends a watch before that: a longer silence is a dead connection."""
WATCH = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=QUIET_SECONDS)
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


@dataclass(frozen=True)
class Selection:
    """Objects of one resource. namespace: none for all of them. labels, fields: selectors."""

    resource: Resource
    namespace: str | None = None
    labels: str = ""
    fields: str = ""

    @property
    def path(self) -> str:
        return self.resource.path(self.namespace)

    @property
    def query(self) -> Mapping[str, str]:
        selectors = {"labelSelector": self.labels, "fieldSelector": self.fields}
        return {name: selector for name, selector in selectors.items() if selector}


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

    async def list(self, selected: Selection, metadata_only: bool = False) -> AsyncIterator[Manifest]:
        """Every object there is."""
        async for page in self.pages(selected, METADATA_LIST if metadata_only else JSON):
            for item in page["items"]:
                yield item

    async def pages(self, selected: Selection, accept: str = JSON) -> AsyncIterator[Manifest]:
        """The lists that make up the whole, the items' `apiVersion` and `kind` filled in.

        The last one's resourceVersion is where a watch may begin.
        """
        named = {"apiVersion": selected.resource.api_version, "kind": selected.resource.kind}
        query = {**selected.query, "limit": str(PAGE)}
        while True:
            page = await self._answer(Call("GET", selected.path, query, accept=accept))
            yield page | {"items": [item | named for item in page.get("items") or []]}
            if not (token := page.get("metadata", {}).get("continue")):
                return
            query = query | {"continue": token}

    async def changes(self, selected: Selection, version: str) -> AsyncIterator[Manifest]:
        """Watch events since that version, as they come, until the API server ends the watch."""
        options = {"watch": "true", "allowWatchBookmarks": "true", "timeoutSeconds": str(WATCH_SECONDS)}
        call = Call("GET", selected.path, {**selected.query, **options, "resourceVersion": version})
        response = await self._response(call, WATCH)
        try:
            if response.status >= 400:
                raise from_answer(response.status, await response.read(), response.headers.get("Retry-After"))
            while line := await response.content.readline():
                yield json.loads(line)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise _unreachable(call, error) from error
        finally:
            response.close()

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
        response = await self._response(call, self._limit)
        try:
            body = await response.read()
            if response.status >= 400:
                raise from_answer(response.status, body, response.headers.get("Retry-After"))
            answer: Manifest = json.loads(body)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise _unreachable(call, error) from error
        return answer

    async def _response(self, call: Call, limit: aiohttp.ClientTimeout) -> aiohttp.ClientResponse:
        request = await self._client.param_serialize(
            call.method,
            call.path,
            query_params=list(call.query.items()),
            header_params={"Accept": call.accept, "Content-Type": call.content},
            body=call.body,
            auth_settings=["BearerToken"],
        )
        try:
            answer = await self._client.call_api(*request, _request_timeout=limit)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _unreachable(call, error) from error
        response: aiohttp.ClientResponse = answer.response
        return response


def _unreachable(call: Call, error: Exception) -> Unreachable:
    return Unreachable(f"{call.method} {call.path}: {str(error) or type(error).__name__}")
