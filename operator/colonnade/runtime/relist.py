"""The watches held against the truth: what they missed is mended, and that they missed it is known.

Watches are quick and can lie: a stream that hangs, an event that was dropped, a deletion while the stream was broken.
A relist lists what there is, waits a moment for events that are under way, and asks for each object that still differs.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from time import monotonic

from colonnade.kube.client import ApiServer, Selection
from colonnade.kube.errors import NotFound
from colonnade.kube.kinds import OURS, WATCHED, Key, Manifest, Resource
from colonnade.manifests.labels import MANAGED
from colonnade.observe.cache import Cache

log = logging.getLogger(__name__)

GRACE_SECONDS = 1.0


@dataclass
class Relist:
    """namespaces: those that are watched; none: all of them."""

    api: ApiServer
    cache: Cache
    namespaces: Collection[str]
    _agreed_at: dict[Resource, float] = field(default_factory=dict)

    def age(self, resource: Resource) -> float:
        """Seconds since the watch was last seen to have missed nothing; infinite before the first time."""
        return monotonic() - self._agreed_at.get(resource, float("-inf"))

    async def fill(self) -> None:
        """The first time: everything there is. Raises ApiError; what was filled by then isn't asked for again."""
        for resource in WATCHED:
            if resource in self._agreed_at:
                continue
            started = monotonic()
            for namespace in self.namespaces or (None,):
                async for manifest in self.api.list(Selection(resource, namespace, _selector(resource))):
                    self.cache.put(manifest)
            self._agreed_at[resource] = started

    async def compare(self) -> Mapping[Resource, int]:
        """How many changes each watch had missed, by now mended. Raises ApiError."""
        missed = {}
        for resource in WATCHED:
            started = monotonic()
            doubtful = await self._differing(resource)
            if doubtful:
                await asyncio.sleep(GRACE_SECONDS)
                missed[resource] = sum([await self._mend(key) for key in doubtful])
            if not missed.get(resource):
                self._agreed_at[resource] = started
        return {resource: count for resource, count in missed.items() if count}

    async def _differing(self, resource: Resource) -> set[Key]:
        known = {key: _version(one) for key, one in self._known(resource).items()}
        listed: dict[Key, str] = {}
        for namespace in self.namespaces or (None,):
            async for item in self.api.list(Selection(resource, namespace, _selector(resource)), metadata_only=True):
                listed[Key(resource, item["metadata"].get("namespace", ""), item["metadata"]["name"])] = _version(item)
        return {key for key in known.keys() | listed.keys() if known.get(key) != listed.get(key)}

    def _known(self, resource: Resource) -> Mapping[Key, Manifest]:
        return {
            Key(resource, one["metadata"].get("namespace", ""), one["metadata"]["name"]): one
            for one in self.cache.all(resource)
        }

    async def _mend(self, key: Key) -> bool:
        """Whether the watch had missed something."""
        known = self.cache.get(key)
        try:
            live = await self.api.get(key)
        except NotFound:
            return known is not None and self.cache.remove(known)
        return self.cache.put(live)


def _selector(resource: Resource) -> str:
    return "" if resource in OURS else MANAGED


def _version(manifest: Manifest) -> str:
    return str(manifest["metadata"]["resourceVersion"])
