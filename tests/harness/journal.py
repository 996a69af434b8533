"""Everything that happened in one namespace: each version of each object, in the order of etcd's own counting."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeVar

from colonnade.kube.kinds import WATCHED, Key, Manifest, Resource, key_of
from tests.harness.client import Client

T = TypeVar("T")
LIMIT_SECONDS = 120.0  # only to end what hangs
LOOK_SECONDS = 0.25


@dataclass(frozen=True)
class Entry:
    """kind: ADDED, MODIFIED or DELETED."""

    kind: str
    key: Key
    manifest: Manifest

    @property
    def uid(self) -> str:
        return str(self.manifest["metadata"]["uid"])

    @property
    def version(self) -> int:
        return int(self.manifest["metadata"]["resourceVersion"])


@dataclass
class Journal:
    """Kept by watches of its own, which no fault touches. told: hears of each entry at once."""

    client: Client
    now: dict[Key, Manifest] = field(default_factory=dict)
    _entries: list[Entry] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    told: list[Callable[[Entry], None]] = field(default_factory=list)

    async def keep(self, resource: Resource, version: str) -> None:
        """Until cancelled."""
        async for event in self.client.watch(resource, version):
            assert event["type"] in ("ADDED", "MODIFIED", "DELETED"), event
            manifest = {"apiVersion": resource.api_version, "kind": resource.kind, **event["object"]}
            self._enter(Entry(event["type"], key_of(manifest), manifest))

    async def begin(self) -> list[tuple[Resource, str]]:
        """What to `keep`, and from which version on; the namespace is still empty then."""
        return [(one, (await self.client.list(one))["metadata"]["resourceVersion"]) for one in WATCHED]

    async def until(self, holds: Callable[[], T], what: str, limit: float = LIMIT_SECONDS) -> T:
        """Waits until `holds()` is truthy, and returns what it gave."""
        deadline = monotonic() + limit
        while not (found := holds()):
            if monotonic() > deadline:
                raise AssertionError(f"not within {limit:.0f} s: {what}")
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._news.wait()
        return found

    def entries(self) -> list[Entry]:
        """Of all kinds, in the order in which they were written."""
        return sorted(self._entries, key=lambda entry: entry.version)

    def of(self, resource: Resource) -> Iterator[Manifest]:
        return (manifest for key, manifest in self.now.items() if key.resource == resource)

    def find(self, resource: Resource, name: str) -> Manifest | None:
        return self.now.get(self.client.key(resource, name))

    def says(self, resource: Resource, name: str, **conditions: str) -> bool:
        """Whether each condition has this status or reason, judged on the object's newest generation."""
        manifest = self.find(resource, name) or {}
        status = manifest.get("status") or {}
        if status.get("observedGeneration") != (manifest.get("metadata") or {}).get("generation"):
            return False
        found = {each["type"]: (each["status"], each["reason"]) for each in status.get("conditions") or ()}
        return all(wanted in found.get(kind, ("absent",)) for kind, wanted in conditions.items())

    def _enter(self, entry: Entry) -> None:
        self._entries.append(entry)
        if entry.kind == "DELETED":
            self.now.pop(entry.key, None)
        else:
            self.now[entry.key] = entry.manifest
        for hear in self.told:
            hear(entry)
        self._news.set()
