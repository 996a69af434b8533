"""Which models there are and which of them answer. Used from the loop's thread only."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from ..batching import Overloaded
from ..loading import CannotServe, Model, Source
from ..protocol.errors import ProtocolError
from .memory import give_back
from .served import Listed, Served, State
from .start import stop

log = logging.getLogger(__name__)

Verb = Literal["load", "unload"]
Named = Mapping[str, Sequence[Source]]


class Models:
    """The models of one repository, by name and version; without a version the highest one answers.

    look: what the repository holds now, by name, the highest version last; raises CannotServe.
    bring: from a source to a model that may answer, raises CannotServe; both run in a thread.
    start: gives a model its batcher and its observer.
    """

    def __init__(
        self,
        look: Callable[[], Named],
        bring: Callable[[Source], Model],
        start: Callable[[Model], Served],
        lazily: bool = False,
    ) -> None:
        self.changed: list[Callable[[], None]] = []
        self.everywhere: Callable[[Verb, str], Awaitable[None]] | None = None
        """Of several workers: has each of them load or unload a model here, with `here`."""
        self.others_ready: Callable[[], bool] = lambda: True
        self._look, self._bring, self._start, self._lazily = look, bring, start, lazily
        self._listed: dict[tuple[str, str], Listed] = {}
        self._answering: dict[tuple[str, str | None], Served] = {}
        self._wanted: set[str] = set()
        self._begun = False
        self._one_at_a_time = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def ready(self) -> bool:
        """Whether all that should be there are, in each worker."""
        return self._begun and self.others_ready() and all((name, None) in self._answering for name in self._wanted)

    def find(self, name: str, version: str | None = None) -> Served:
        """The model that a path names. Raises ProtocolError: 404 for what there is not, 503 while it loads."""
        served = self._answering.get((name, version))
        return served if served is not None else self._missing(name, version)

    def index(self) -> list[Listed]:
        """All that the repository was seen to hold, by name and version."""
        return [self._listed[key] for key in sorted(self._listed)]

    def served(self) -> list[Served]:
        """Each model that answers, by name and version."""
        return [self._answering[key] for key in sorted(self._listed) if key in self._answering]

    async def begin(self, names: Collection[str] | None = None) -> None:
        """Looks what there is and loads it, or lazily leaves each to its first request. Raises CannotServe.

        names: of those to load; None for all.
        """
        found = await asyncio.to_thread(self._look)
        if names is not None:
            found = {name: sources for name, sources in found.items() if name in names}
        for name, sources in found.items():
            self._list(name, sources, State.UNAVAILABLE if self._lazily else State.LOADING)
        if not self._lazily:
            self._wanted = set(found)
            for name, sources in found.items():
                async with self._one_at_a_time:
                    await self._load(name, sources)
        self._begun = True
        self._tell()

    async def load(self, name: str) -> None:
        """Loads what the repository now holds by this name, in place of what is served, which answers meanwhile.

        Raises ProtocolError: 404 when there is none, 400 when it must not be served; what was served then stays.
        """
        await (self.everywhere or self.here)("load", name)

    async def unload(self, name: str) -> None:
        """Takes a model out of service, answers what it has taken and frees it. Raises ProtocolError (404)."""
        await (self.everywhere or self.here)("unload", name)

    async def here(self, verb: Verb, name: str) -> None:
        """Loads or unloads a model in this process alone. Raises ProtocolError."""
        async with self._one_at_a_time:
            await (self._load_anew(name) if verb == "load" else self._unload(name))

    async def drain(self) -> None:
        """Returns when nothing waits or runs."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*(served.batcher.drain() for served in self.served()))

    async def _load_anew(self, name: str) -> None:
        try:
            sources = (await asyncio.to_thread(self._look)).get(name)
            if not sources:
                raise ProtocolError(f"model {name!r} is not in the repository", 404)
            await self._load(name, sources)
            self._wanted.add(name)
        except CannotServe as error:
            raise ProtocolError(str(error), 400) from error

    async def _unload(self, name: str) -> None:
        keys = [key for key in self._listed if key[0] == name]
        if not keys:
            raise ProtocolError(self._unknown(name), 404)
        self._wanted.discard(name)
        old = self._switch(name, [])
        for key in keys:
            self._listed[key] = Listed(*key, State.UNAVAILABLE, "unloaded")
        self._tell()
        await self._retire(old)

    async def _load(self, name: str, sources: Sequence[Source]) -> None:
        if (name, None) not in self._answering:
            self._list(name, sources, State.LOADING)
        try:
            models = [await asyncio.to_thread(self._bring, source) for source in sources]
        except Exception as error:
            self._objected(name, str(error))
            raise
        for key in [key for key in self._listed if key[0] == name]:
            del self._listed[key]
        self._list(name, sources, State.READY)
        old = self._switch(name, [self._start(model) for model in models])
        self._tell()
        for model in models:
            log.info("model ready", extra={"model": name, "version": model.version, "digest": model.digest})
        self._later(self._retire(old))

    def _objected(self, name: str, why: str) -> None:
        for key, listed in self._listed.items():
            if key[0] == name:
                stays = listed.state is State.READY
                self._listed[key] = Listed(*key, State.READY if stays else State.UNAVAILABLE, why)

    def _list(self, name: str, sources: Sequence[Source], state: State) -> None:
        for source in sources:
            self._listed[name, source.version] = Listed(name, source.version, state)

    def _switch(self, name: str, new: Sequence[Served]) -> list[Served]:
        """Between two requests: all of new answer, none of those that did."""
        old = [self._answering.pop(key) for key in list(self._answering) if key[0] == name and key[1] is not None]
        self._answering.pop((name, None), None)
        for served in new:
            self._answering[name, served.model.version] = self._answering[name, None] = served
        return old

    async def _retire(self, old: list[Served]) -> None:
        while old:
            await stop(old[-1])
            await give_back(old.pop().model.engine)

    def _missing(self, name: str, version: str | None) -> Served:
        if not self._begun and not self._listed:
            raise Overloaded("the model is still loading")
        listed = [self._listed[key] for key in sorted(self._listed) if key[0] == name and version in (None, key[1])]
        if not listed:
            raise ProtocolError(self._unknown(name, version), 404)
        if self._lazily and not listed[-1].reason and listed[-1].state is State.UNAVAILABLE:
            for known in listed:
                self._listed[known.name, known.version] = replace(known, state=State.LOADING)
            self._later(self._first_use(name))
        elif listed[-1].state is not State.LOADING:
            raise ProtocolError(f"model {name!r} is not loaded: {listed[-1].reason}", 404)
        raise Overloaded(f"model {name!r} is still loading")

    def _unknown(self, name: str, version: str | None = None) -> str:
        versions = [repr(key[1]) for key in sorted(self._listed) if key[0] == name]
        if versions:
            return f"version {version!r} of {name} is unknown; this server has {', '.join(versions)}"
        names = ", ".join(repr(known) for known in sorted({key[0] for key in self._listed})) or "none"
        return f"model {name!r} is unknown; this server has {names}"

    async def _first_use(self, name: str) -> None:
        try:
            await self.load(name)
        except ProtocolError as error:
            self._objected(name, error.message)
            self._tell()
            log.error(error.message, extra={"model": name})

    def _later(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _tell(self) -> None:
        for callback in self.changed:
            callback()
