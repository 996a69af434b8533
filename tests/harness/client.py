"""The test's own way to the API server: as administrator, past the proxy, with a field manager that isn't ours."""

import json
import ssl
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import yaml

from colonnade.kube.kinds import Key, Manifest, Resource, key_of

APPLY, MERGE, JSON = "application/apply-patch+yaml", "application/merge-patch+json", "application/json"
CALL = aiohttp.ClientTimeout(total=20)
STREAM = aiohttp.ClientTimeout(total=None)
LONGEST_EVENT = 2**22


class Refused(AssertionError):
    """The API server said no."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


class Client:
    """Objects as plain dictionaries. Raises Refused."""

    def __init__(self, server: str, tls: ssl.SSLContext, namespace: str) -> None:
        self.server, self.tls, self.namespace = server, tls, namespace
        self._session = aiohttp.ClientSession(
            server, connector=aiohttp.TCPConnector(ssl=tls, limit=0), read_bufsize=LONGEST_EVENT
        )

    async def close(self) -> None:
        await self._session.close()

    def key(self, resource: Resource, name: str) -> Key:
        return Key(resource, self.namespace, name)

    async def get(self, key: Key) -> Manifest | None:
        try:
            return await self._call("GET", key.path())
        except Refused as refusal:
            if refusal.status == 404:
                return None
            raise

    async def apply(self, manifest: Manifest, manager: str = "user") -> Manifest:
        manifest = {**manifest, "metadata": {**manifest["metadata"], "namespace": self.namespace}}
        path = f"{key_of(manifest).path()}?fieldManager={manager}&force=true"
        return await self._call("PATCH", path, manifest, APPLY)

    async def merge(self, key: Key, patch: Manifest, subresource: str | None = None, manager: str = "user") -> Manifest:
        return await self._call("PATCH", f"{key.path(subresource)}?fieldManager={manager}", patch, MERGE)

    async def create(self, resource: Resource, manifest: Manifest) -> Manifest:
        return await self._call("POST", resource.path(self.namespace), manifest)

    async def delete(self, key: Key) -> None:
        """That it is gone already is no error."""
        try:
            await self._call("DELETE", key.path(), {"propagationPolicy": "Background", "gracePeriodSeconds": 0})
        except Refused as refusal:
            if refusal.status != 404:
                raise

    async def list(self, resource: Resource) -> Manifest:
        return await self._call("GET", resource.path(self.namespace))

    async def watch(self, resource: Resource, version: str) -> AsyncIterator[Manifest]:
        """Every event after this version."""
        path = f"{resource.path(self.namespace)}?watch=true&resourceVersion={version}"
        async with self._session.get(path, timeout=STREAM) as stream:
            async for line in stream.content:
                yield json.loads(line)

    async def _call(self, method: str, path: str, body: Manifest | None = None, content: str = JSON) -> Manifest:
        data = None if body is None else json.dumps(body)
        headers = {"Content-Type": content}
        async with self._session.request(method, path, data=data, headers=headers, timeout=CALL) as response:
            answer: Manifest = await response.json(content_type=None)
            if response.status >= 400:
                raise Refused(response.status, f"{method} {path}: {answer.get('message')}")
            return answer


def administrator(kubeconfig: Any, namespace: str) -> Client:
    """kubeconfig: the path of one with a client certificate."""
    config = yaml.safe_load(kubeconfig.read_text())
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    tls = ssl.create_default_context(cafile=cluster["certificate-authority"])
    tls.load_cert_chain(user["client-certificate"], user["client-key"])
    return Client(cluster["server"], tls, namespace)
