"""A worker as its supervisor sees it."""

import asyncio
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from .wire import MOST_BYTES, Welcome, Wire


@dataclass(eq=False)
class Child:
    """A process and the wire to it."""

    process: asyncio.subprocess.Process
    wire: Wire
    ready: bool = False
    _doing: dict[int, asyncio.Future[Any]] = field(default_factory=dict)

    @classmethod
    async def start(cls, welcome: Welcome) -> Self:
        """Starts a worker, in a process group of its own, so that Ctrl+C reaches it through the supervisor alone."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "colonnade_serving.workers.worker",
                str(theirs.fileno()),
                pass_fds=(theirs.fileno(),),
                process_group=0,
            )
        reader, writer = await asyncio.open_connection(sock=ours, limit=MOST_BYTES)
        writer.write(welcome.model_dump_json().encode() + b"\n")
        return cls(process, Wire(reader, writer))

    @property
    def pid(self) -> int:
        """The process's."""
        return self.process.pid

    def signal(self, sig: signal.Signals) -> None:
        """Sends a signal; to one that is gone, nothing."""
        with suppress(ProcessLookupError):
            self.process.send_signal(sig)

    async def do(self, number: int, verb: str, model: str) -> Any:
        """Has it load or unload a model; its error as a message's value. One that goes meanwhile has none."""
        done = self._doing[number] = asyncio.get_running_loop().create_future()
        self.wire.say("do", id=number, verb=verb, model=model)
        return await done

    def did(self, number: int, error: Any) -> None:
        """It has done that."""
        if (done := self._doing.pop(number, None)) is not None and not done.done():
            done.set_result(error)

    async def gone(self) -> int:
        """It hung up: waits for its end; the exit code."""
        for number in list(self._doing):
            self.did(number, None)
        self.wire.close()
        return await self.process.wait()
