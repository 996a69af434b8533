"""The object that a pass is about: its finalizer and its status."""

from dataclasses import dataclass

from colonnade.act.apiserver import ApiServer
from colonnade.act.errors import Conflict, NotFound
from colonnade.act.settled import settled
from colonnade.manifests.labels import FINALIZER
from colonnade.manifests.resources import Key, Manifest
from colonnade.observe.cache import Cache


@dataclass(frozen=True)
class Subject:
    """uid: of the very object that the pass has seen; nothing is ever written to a later one of its name."""

    api: ApiServer
    cache: Cache
    key: Key
    uid: str

    async def add_finalizer(self) -> None:
        if FINALIZER not in self._live()["metadata"].get("finalizers", ()):
            self.cache.put(await self._apply({"finalizers": [FINALIZER]}))

    async def remove_finalizer(self) -> None:
        """Releases ours alone. The object may be gone before the answer is here, or already."""
        if FINALIZER not in self._live()["metadata"].get("finalizers", ()):
            return
        try:
            answer = await self._apply({})
        except (NotFound, Conflict):
            self.cache.remove(self.key, self.uid)
            return
        if answer["metadata"].get("finalizers"):
            self.cache.put(answer)
        else:
            self.cache.remove(self.key, self.uid)

    async def record(self, status: Manifest) -> None:
        """Writes the whole status where it differs. Raises Conflict when the object has changed meanwhile."""
        live = self._live()
        manifest = self._manifest({"resourceVersion": live["metadata"]["resourceVersion"]}) | {"status": status}
        if settled({"status": status}, live, "status"):
            return
        try:
            self.cache.put(await self.api.apply(self.key, manifest, "status"))
        except NotFound:
            self.cache.remove(self.key, self.uid)
        except Conflict:
            await self._refresh()
            raise

    async def _apply(self, metadata: Manifest) -> Manifest:
        return await self.api.apply(self.key, self._manifest(metadata))

    async def _refresh(self) -> None:
        try:
            self.cache.put(await self.api.get(self.key))
        except NotFound:
            self.cache.remove(self.key, self.uid)

    def _manifest(self, metadata: Manifest) -> Manifest:
        resource = self.key.resource
        identity = {"name": self.key.name, "namespace": self.key.namespace, "uid": self.uid}
        return {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": identity | metadata}

    def _live(self) -> Manifest:
        live = self.cache.get(self.key)
        if live is None or live["metadata"]["uid"] != self.uid:
            raise NotFound(404, "NotFound", f"{self.key} is gone")
        return live
