"""Making objects be as a manifest says, and be gone; what is up to date already costs no call."""

from dataclasses import dataclass

from colonnade.act.up_to_date import is_up_to_date
from colonnade.kube.client import ApiServer
from colonnade.kube.errors import Conflict, NotFound
from colonnade.kube.kinds import WATCHED, Key, Manifest, key_of
from colonnade.manifests import Owner
from colonnade.manifests.labels import controller_of
from colonnade.observe.cache import Cache


class NotOwned(Exception):
    """An object of a name that we need belongs to someone else, and is left alone."""


class Terminating(Exception):
    """An object of a name that we need is on its way out; it only has to be waited for."""


@dataclass(frozen=True)
class Objects:
    """The objects of one owner, whose controller reference makes them ours to change.

    What isn't watched is read from the API server each time: of it the cache would know only how it was.
    """

    api: ApiServer
    cache: Cache
    owner: Owner

    async def ensure(self, manifest: Manifest) -> None:
        """Raises NotOwned where an object that isn't ours has the name, Terminating where it is one on its way out."""
        live = await self._ours(key_of(manifest))
        if live is None or not is_up_to_date(manifest, live):
            key = key_of(manifest)
            made = await self.api.apply(key, manifest)
            if key.resource in WATCHED:
                self.cache.put(made)

    async def create_once(self, manifest: Manifest) -> None:
        """For what never changes but for the labels that we find it by. Raises NotOwned as `ensure` does."""
        key = key_of(manifest)
        live = await self._ours(key)
        if live is None:
            self.cache.put(await self.api.create(key.resource, key.namespace, manifest))
            return
        labels = manifest["metadata"]["labels"]
        if not labels.items() <= (live["metadata"].get("labels") or {}).items():
            self.cache.put(await self.api.merge(key, {"metadata": {"uid": _uid(live), "labels": labels}}))

    async def provide(self, manifest: Manifest) -> None:
        """Whoever made it, it will do."""
        key = key_of(manifest)
        if self.cache.get(key) is None and await self._read(key) is None:
            try:
                self.cache.put(await self.api.create(key.resource, key.namespace, manifest))
            except Conflict as conflict:
                if conflict.reason != "AlreadyExists":
                    raise

    async def scale(self, key: Key, replicas: int) -> None:
        live = self.cache.get(key)
        if live is not None and self._is_ours(live) and live["spec"].get("replicas") != replicas:
            patch = {"metadata": {"uid": _uid(live)}, "spec": {"replicas": replicas}}
            self.cache.put(await self.api.merge(key, patch))

    async def delete(self, key: Key) -> None:
        """Nothing but ours is deleted; that it is gone already is no error."""
        live = self._cached(key) if key.resource in WATCHED else await self._read(key)
        if live is None or not self._is_ours(live) or live["metadata"].get("deletionTimestamp"):
            return
        try:
            await self.api.delete(key, _uid(live))
        except (NotFound, Conflict):
            self.cache.remove(live)

    async def _ours(self, key: Key) -> Manifest | None:
        live = self._cached(key) or await self._read(key)
        if live is None:
            return None
        if live["metadata"].get("deletionTimestamp") or self._is_of_a_predecessor(live):
            raise Terminating(f"{key} of before is still being deleted")
        if not self._is_ours(live):
            raise NotOwned(f"{key} exists and belongs to someone else; delete it, or choose another name")
        return live

    def _cached(self, key: Key) -> Manifest | None:
        return self.cache.get(key) if key.resource in WATCHED else None

    async def _read(self, key: Key) -> Manifest | None:
        try:
            return await self.api.get(key)
        except NotFound:
            return None

    def _is_ours(self, live: Manifest) -> bool:
        return controller_of(live).get("uid") == self.owner.uid

    def _is_of_a_predecessor(self, live: Manifest) -> bool:
        """Whose owner is gone, so that garbage collection will take it."""
        theirs, ours = controller_of(live), self.owner.references()[0]
        return theirs.get("uid") != ours["uid"] and all(theirs.get(part) == ours[part] for part in ("kind", "name"))


def _uid(live: Manifest) -> str:
    return str(live["metadata"]["uid"])
