"""What the watches have told so far, kept small: splits, endpoints and the operator's heartbeat."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Generic, TypeVar

from colonnade.router import parse
from colonnade.router.lease import Heartbeat
from colonnade.router.parse import Manifest
from colonnade.router.state import Endpoint, Revision, State, TrafficSplit
from colonnade_api.installation import CLUSTER_DOMAIN

log = logging.getLogger(__name__)

Read = TypeVar("Read")
Slice = tuple[Revision, tuple[Endpoint, ...]]


@dataclass
class Part(Generic[Read]):
    """The objects of one kind in one namespace, or in all. One that can't be read leaves what was known of it."""

    read: Callable[[Manifest], Read | None]
    changed: asyncio.Event
    known: dict[tuple[str, str], Read] | None = None

    def replace(self, manifests: Iterable[Manifest]) -> None:
        manifests = list(manifests)
        names = {_key(manifest) for manifest in manifests}
        self.known = {key: value for key, value in (self.known or {}).items() if key in names}
        for manifest in manifests:
            self.put(manifest)
        self.changed.set()

    def put(self, manifest: Manifest) -> None:
        self.known = {} if self.known is None else self.known
        try:
            value = self.read(manifest)
        except (KeyError, TypeError, ValueError) as error:
            log.error("%s can't be read and stays as it was: %r", "/".join(_key(manifest)), error)
            return
        if value is None:
            self.known.pop(_key(manifest), None)
        else:
            self.known[_key(manifest)] = value
        self.changed.set()

    def drop(self, manifest: Manifest) -> None:
        (self.known or {}).pop(_key(manifest), None)
        self.changed.set()


@dataclass
class Known(Generic[Read]):
    """The objects of one kind, in as many parts as there are watches for it."""

    read: Callable[[Manifest], Read | None]
    changed: asyncio.Event
    parts: dict[str, Part[Read]] = field(default_factory=dict)

    def part(self, name: str = "") -> Part[Read]:
        return self.parts.setdefault(name, Part(self.read, self.changed))

    @property
    def complete(self) -> bool:
        return bool(self.parts) and all(part.known is not None for part in self.parts.values())

    def __iter__(self) -> Iterator[Read]:
        for part in self.parts.values():
            yield from (part.known or {}).values()


class View:
    """Written by a source, read by the agent, which waits on `changed`."""

    def __init__(self, clock: Callable[[], float] = monotonic, cluster_domain: str = CLUSTER_DOMAIN) -> None:
        self.cluster_domain = cluster_domain
        self.changed = asyncio.Event()
        self.deployments: Known[TrafficSplit] = Known(parse.split, self.changed)
        self.slices: Known[Slice] = Known(_slice, self.changed)
        self._heartbeat = Heartbeat()
        self._clock = clock

    @property
    def complete(self) -> bool:
        """Whether every list was read once: nothing may be told to Envoy before, for it may know more."""
        return self.deployments.complete and self.slices.complete

    def state(self) -> State:
        splits = sorted(self.deployments, key=lambda split: split.deployment)
        found: dict[Revision, set[Endpoint]] = {}
        for revision, told in self.slices:
            found.setdefault(revision, set()).update(told)
        endpoints = {revision: tuple(sorted(its_own)) for revision, its_own in found.items()}
        return State(tuple(splits), endpoints, self.cluster_domain)

    def leased(self) -> bool:
        return self._heartbeat.alive(self._clock())

    def saw_lease(self, manifest: Manifest | None) -> None:
        self._heartbeat.saw(manifest, self._clock())
        self.changed.set()


def _slice(manifest: Manifest) -> Slice | None:
    revision = parse.revision_of(manifest)
    return (revision, parse.endpoints(manifest)) if revision else None


def _key(manifest: Manifest) -> tuple[str, str]:
    return manifest["metadata"]["namespace"], manifest["metadata"]["name"]
