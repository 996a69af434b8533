"""What there is of some objects, and every change to it, told for ever to whoever wants to know."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from colonnade.kube.client import ApiServer, Selection
from colonnade.kube.errors import ApiError, Expired
from colonnade.kube.kinds import Manifest

log = logging.getLogger(__name__)

BACKOFF_SECONDS = (0.2, 5.0)


@dataclass(frozen=True)
class Handlers:
    """replace: all there is. put: one that came or changed. drop: one that is gone."""

    replace: Callable[[list[Manifest]], None]
    put: Callable[[Manifest], None]
    drop: Callable[[Manifest], None]


@dataclass(frozen=True)
class Informer:
    """A list, then a watch from there on; a list again only where the API server no longer knows what came between.

    relisted, broke: hear of each list, and of each that ended in an error.
    """

    api: ApiServer
    name: str
    selected: Selection
    handlers: Handlers
    relisted: Callable[[str], None] = lambda _name: None
    broke: Callable[[str], None] = lambda _name: None

    async def run(self) -> None:
        """Never returns."""
        version, wait = "", BACKOFF_SECONDS[0]
        while True:
            try:
                if not version:
                    version = await self._list()
                    self.relisted(self.name)
                async for told in self._changes(version):
                    version, wait = told, BACKOFF_SECONDS[0]
            except ApiError as error:
                log.warning("the watch of %s: %s", self.name, error)
                self.broke(self.name)
                version = "" if isinstance(error, Expired) else version
                await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311 jitter, no secret
                wait = min(wait * 2, BACKOFF_SECONDS[1])

    async def _list(self) -> str:
        """Tells all there is, and returns the version from which to watch."""
        items: list[Manifest] = []
        version = ""
        async for page in self.api.pages(self.selected):
            items += page["items"]
            version = str(page["metadata"]["resourceVersion"])
        self.handlers.replace(items)
        return version

    async def _changes(self, version: str) -> AsyncIterator[str]:
        """Tells each change, and yields the version up to which all is told."""
        async for event in self.api.changes(self.selected, version):
            yield self._told(event)

    def _told(self, event: dict[str, Any]) -> str:
        change, subject = event["type"], event["object"]
        if change == "ERROR":
            raise Expired(int(subject.get("code") or 0), "Expired", subject.get("message") or "ended by the API server")
        if change == "DELETED":
            self.handlers.drop(subject)
        elif change != "BOOKMARK":
            self.handlers.put(subject)
        return str(subject["metadata"]["resourceVersion"])
