"""What all connections of the process share."""

from collections.abc import Iterable
from urllib.parse import quote

from ...guard import Guard
from ...models import Models, Served
from ...request_ids import RequestIds
from ...settings import Settings
from ...telemetry.access import OFF, AccessLog
from .codec import Target
from .head_cache import ELSEWHERE, ORIGIN, HeadCache


class Shared:
    """The models by path, the heads seen before, and what every answer begins with.

    draining: whether the process is about to end: each answer is then its connection's last.
    """

    def __init__(
        self, models: Models, ids: RequestIds, guard: Guard, settings: Settings, access: AccessLog = OFF
    ) -> None:
        self.limit = settings.max_body_bytes
        self.draining = False
        self.head_cache = HeadCache(guard)
        self.targets: dict[bytes, Target] = {}
        self.date = b""
        self.json_start = self.binary_start = b""
        """An answer of 200 from behind its id up to its length: in JSON, and in binary, up to that of its JSON."""
        self.ids = ids
        self.guard = guard
        self.access = access
        self.elsewhere = ELSEWHERE | {ORIGIN} if settings.origins else ELSEWHERE
        """Requests with one of these headers go uvicorn's way: answers to those with an origin have more headers."""
        self._prefix = settings.root_path
        self._models = models
        models.changed.append(self._list)
        self._list()
        self.tick([])

    def tick(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Takes over the headers that every answer has; the server calls it when their date changes."""
        self.date = b"".join([b"%b: %b\r\n" % header for header in headers])
        start = b"\r\n" + self.date
        self.json_start = start + b"content-type: application/json\r\ncontent-length: "
        self.binary_start = start + b"content-type: application/octet-stream\r\ninference-header-content-length: "

    def _list(self) -> None:
        known = {id(target.served): target for target in self.targets.values()}
        self.head_cache.forget()
        self.targets = {
            path.encode(): known.get(id(served)) or known.setdefault(id(served), Target.of(served))
            for served in self._models.served()
            for path in self._paths(served)
        }

    def _paths(self, served: Served) -> Iterable[str]:
        name, version = quote(served.model.name), quote(served.model.version)
        newest = self._models.find(served.model.name) is served
        for path in (f"/v2/models/{name}/versions/{version}/infer", *([f"/v2/models/{name}/infer"] if newest else [])):
            for before in {"", self._prefix}:
                yield before + path
                yield before + path + "/"
