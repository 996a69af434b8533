"""Clients: single requests, and steady load that forgets nothing that went wrong."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import aiohttp

PATH = "/v2/models/m/infer"


@dataclass
class Answer:
    status: int
    revision: str | None
    text: str
    headers: dict[str, str]
    seconds: float


@dataclass
class Tally:
    """What the load saw: `revisions` counts the answers by who gave them; `failures` says what wasn't a 200."""

    revisions: Counter[str | None] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def sent(self) -> int:
        return sum(self.revisions.values()) + len(self.failures)

    def share(self, revision: str) -> float:
        return self.revisions[revision] / self.sent

    def quantile(self, q: float) -> float:
        return sorted(self.seconds)[int(q * (len(self.seconds) - 1))]


class Client:
    def __init__(self, url: str) -> None:
        self._session = aiohttp.ClientSession(url, timeout=aiohttp.ClientTimeout(total=20))

    async def ask(
        self, host: str, path: str = PATH, body: bytes = b"{}", headers: dict[str, str] | None = None
    ) -> Answer:
        start = perf_counter()
        async with self._session.post(path, data=body, headers={"Host": host} | (headers or {})) as answer:
            text = await answer.text()
            revision = answer.headers.get("x-colonnade-revision")
            return Answer(answer.status, revision, text, dict(answer.headers), perf_counter() - start)

    async def load(self, host: str, requests: int, at_once: int = 8) -> Tally:
        """So many requests, one after the other in each of `at_once` lines."""
        left = iter(range(requests))

        async def line(tally: Tally) -> None:
            for _ in left:
                await self._count(host, tally)

        tally = Tally()
        await asyncio.gather(*(line(tally) for _ in range(at_once)))
        return tally

    async def load_while(self, host: str, events: Callable[[], Awaitable[Any]], at_once: int = 8) -> Tally:
        """Steady load from before the events to after them."""
        tally, over = Tally(), False

        async def line() -> None:
            while not over:
                await self._count(host, tally)

        lines = [asyncio.create_task(line()) for _ in range(at_once)]
        try:
            await events()
        finally:
            over = True
            await asyncio.gather(*lines)
        return tally

    async def aclose(self) -> None:
        await self._session.close()

    async def _count(self, host: str, tally: Tally) -> None:
        try:
            answer = await self.ask(host)
        except (aiohttp.ClientError, TimeoutError) as error:
            tally.failures.append(f"{type(error).__name__}: {error}")
            return
        tally.seconds.append(answer.seconds)
        if answer.status == 200:
            tally.revisions[answer.revision] += 1
        else:
            tally.failures.append(f"{answer.status} by {answer.revision}: {answer.text[:200]}")
