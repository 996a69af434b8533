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
        live = self._live()
        finalizers = _finalizers(live)
        if FINALIZER not in finalizers:
            await self._finalize(live, [*finalizers, FINALIZER])

    async def remove_finalizer(self) -> None:
        """Ours alone."""
        live = self._live()
        finalizers = _finalizers(live)
        if FINALIZER in finalizers:
            await self._finalize(live, [name for name in finalizers if name != FINALIZER])

    async def record(self, status: Manifest) -> None:
        """Writes the whole status where it differs. Raises Conflict when the object has changed meanwhile."""
        live = self._live()
        if settled({"status": status}, live, "status"):
            return
        manifest = self._manifest({"resourceVersion": live["metadata"]["resourceVersion"]}) | {"status": status}
        try:
            self.cache.put(await self.api.apply(self.key, manifest, "status"))
        except NotFound:
            self.cache.remove(live)
        except Conflict:
            await self._refresh(live)
            raise

    async def _finalize(self, live: Manifest, finalizers: list[str]) -> None:
        seen = {"uid": self.uid, "resourceVersion": live["metadata"]["resourceVersion"]}
        try:
            answer = await self.api.merge(self.key, {"metadata": {**seen, "finalizers": finalizers}})
        except NotFound:
            self.cache.remove(live)
        except Conflict:
            await self._refresh(live)
            raise
        else:
            gone = answer["metadata"].get("deletionTimestamp") and not finalizers
            self.cache.remove(answer) if gone else self.cache.put(answer)

    async def _refresh(self, live: Manifest) -> None:
        try:
            self.cache.put(await self.api.get(self.key))
        except NotFound:
            self.cache.remove(live)

    def _manifest(self, metadata: Manifest) -> Manifest:
        resource = self.key.resource
        identity = {"name": self.key.name, "namespace": self.key.namespace, "uid": self.uid}
        return {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": identity | metadata}

    def _live(self) -> Manifest:
        live = self.cache.get(self.key)
        if live is None or live["metadata"]["uid"] != self.uid:
            raise NotFound(404, "NotFound", f"{self.key} is gone")
        return live


def _finalizers(live: Manifest) -> list[str]:
    return list(live["metadata"].get("finalizers") or ())
