"""The object that a pass is about: its finalizer and its status."""

from collections.abc import Awaitable
from dataclasses import dataclass

from colonnade.act.up_to_date import is_up_to_date
from colonnade.kube.client import ApiServer
from colonnade.kube.errors import Conflict, NotFound
from colonnade.kube.kinds import Manifest, key_of
from colonnade.observe.cache import Cache
from colonnade_api.wellknown import FINALIZER


@dataclass
class StatusWriter:
    """live: as the pass has observed it. What is written rests on just that state: where the object has changed since,
    the API server answers Conflict, and nothing is ever written to a later object of its name.
    is_gone: a write has shown that it is there no more.
    """

    api: ApiServer
    cache: Cache
    live: Manifest
    is_gone: bool = False

    def __post_init__(self) -> None:
        self.key = key_of(self.live)

    async def add_finalizer(self) -> None:
        finalizers = self._finalizers()
        if FINALIZER not in finalizers:
            await self._finalize([*finalizers, FINALIZER])

    async def remove_finalizer(self) -> None:
        """Ours alone."""
        finalizers = self._finalizers()
        if FINALIZER in finalizers:
            await self._finalize([name for name in finalizers if name != FINALIZER])

    async def record(self, status: Manifest) -> None:
        """Writes the whole status where it differs."""
        if is_up_to_date({"status": status}, self.live, "status"):
            return
        resource = self.key.resource
        metadata = {"name": self.key.name, "namespace": self.key.namespace, **self._seen()}
        manifest = {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": metadata, "status": status}
        await self._write(self.api.apply(self.key, manifest, "status"))

    async def _finalize(self, finalizers: list[str]) -> None:
        await self._write(self.api.merge(self.key, {"metadata": {**self._seen(), "finalizers": finalizers}}))

    async def _write(self, call: Awaitable[Manifest]) -> None:
        """Raises Conflict when the object has changed meanwhile; the change is in the cache then."""
        try:
            self.live = await call
        except NotFound:
            self.is_gone = True
            self.cache.remove(self.live)
        except Conflict:
            await self._refresh()
            raise
        else:
            leaves = self.live["metadata"].get("deletionTimestamp") and not self._finalizers()
            self.cache.remove(self.live) if leaves else self.cache.put(self.live)

    async def _refresh(self) -> None:
        try:
            self.cache.put(await self.api.get(self.key))
        except NotFound:
            self.cache.remove(self.live)

    def _seen(self) -> Manifest:
        metadata = self.live["metadata"]
        return {"uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"]}

    def _finalizers(self) -> list[str]:
        return list(self.live["metadata"].get("finalizers") or ())
