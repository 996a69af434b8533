"""What all connections of the process share."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from typing import Protocol
from urllib.parse import quote

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from ...batching import Batcher
from ...models import Models, Served
from ...observation.observer import Observer
from ..terms import Terms
from .codec import Codec

HEADS = 1024
"""Heads that are remembered; then all are forgotten. Clients that keep a connection repeat theirs."""
HEAD_BYTES = 2048
"""Longer heads are not remembered."""


@dataclass(slots=True, eq=False)
class Target:
    """A served model as the lane sees it."""

    served: Served
    codec: Codec
    batcher: Batcher
    observer: Observer

    @staticmethod
    def of(served: Served) -> "Target":
        """The target of what just went into service."""
        return Target(served, Codec(served.model), served.batcher, served.observer)


@dataclass(slots=True, eq=False)
class Head:
    """A request's head, understood. length: of the body; -1 when it is chunked. last: no request follows it."""

    target: Target
    terms: Terms
    length: int
    last: bool


class Drains(Protocol):
    """Whether the process is about to end, and asks clients to leave."""

    draining: bool


class Shared:
    """The models by path, the heads seen before, and what every answer begins with."""

    def __init__(self, models: Models, max_body_bytes: int, drains: Drains) -> None:
        self.limit = max_body_bytes
        self._drains = drains
        self.heads: dict[bytes, Head] = {}
        self.targets: dict[bytes, Target] = {}
        self.date = b""
        self.plain = self.packed = b""
        """An answer of 200 up to its length: in JSON, and in binary, up to that of its JSON."""
        self._models = models
        models.changed.append(self._list)
        self._list()
        self.tick([])

    @property
    def draining(self) -> bool:
        """Whether each answer is its connection's last."""
        return self._drains.draining

    def tick(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Takes over the headers that every answer has; the server calls it when their date changes."""
        self.date = b"".join([b"%b: %b\r\n" % header for header in headers])
        start = STATUS_LINE[200] + self.date
        self.plain = start + b"content-type: application/json\r\ncontent-length: "
        self.packed = start + b"content-type: application/octet-stream\r\ninference-header-content-length: "

    def remember(self, raw: bytes, head: Head) -> None:
        """The next request with the very same head needs no parser."""
        if len(raw) > HEAD_BYTES or not 0 <= head.length <= self.limit or head.last or head.terms.timeout != inf:
            return
        if len(self.heads) >= HEADS:
            self.heads.clear()
        self.heads[raw] = head

    def _list(self) -> None:
        known = {id(target.served): target for target in self.targets.values()}
        self.heads.clear()
        self.targets = {
            path.encode(): known.get(id(served)) or known.setdefault(id(served), Target.of(served))
            for served in self._models.served()
            for path in self._paths(served)
        }

    def _paths(self, served: Served) -> Iterable[str]:
        name, version = quote(served.model.name), quote(served.model.version)
        newest = self._models.find(served.model.name) is served
        for path in (f"/v2/models/{name}/versions/{version}/infer", *([f"/v2/models/{name}/infer"] if newest else [])):
            yield path
            yield path + "/"
