"""A small web server of a test's own, on a port of this machine."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from aiohttp import web

from tests.ports import port


@dataclass
class Listening(ABC):
    """What answers `routes`, between `start` and `stop`."""

    port: int = field(default_factory=port)
    _runner: web.AppRunner | None = None

    @abstractmethod
    def routes(self) -> list[web.RouteDef]:
        """What is answered, and by whom."""

    async def start(self) -> None:
        app = web.Application()
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()
