"""A worker's process: `python -m colonnade_serving.workers.worker FD`, FD being its socket to the supervisor."""

import asyncio
import itertools
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..models import Models, Verb
from ..protocol.errors import ProtocolError
from ..server.serve import serve
from ..server.worker_context import WorkerContext
from ..settings import Settings
from ..telemetry.logs import set_up
from .wire import MOST_BYTES, Welcome, Wire, error_as_json, error_of

log = logging.getLogger(__name__)


class Link:
    """A worker's side of the wire: what is asked here is done everywhere, and the other way round."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._supervisor = connection.dup()  # the loop closes its own
        self._supervisor.setblocking(True)
        self._wire: Wire | None = None
        self._others = False
        self._asked: dict[int, asyncio.Future[None]] = {}
        self._number = itertools.count()
        self._tasks: set[asyncio.Task[None]] = set()

    def join(self, models: Models) -> None:
        """From now on models are loaded and unloaded with the others, and ready with them; called by the loop."""
        models.everywhere = self._everywhere
        models.others_ready = lambda: self._others
        self._later(self._listen(models))

    def report_ready(self, names: Sequence[str]) -> None:
        """These models answer."""
        if self._wire is not None:
            self._wire.say("ready", models=list(names))

    def tell_failed(self, why: str) -> None:
        """The worker ends; its loop has."""
        with suppress(OSError):
            self._supervisor.sendall(json.dumps({"kind": "failed", "why": why}).encode() + b"\n")

    async def _everywhere(self, verb: Verb, name: str) -> None:
        if self._wire is None:
            raise ProtocolError("the server is starting", 503)
        number = next(self._number)
        done = self._asked[number] = asyncio.get_running_loop().create_future()
        self._wire.say("ask", id=number, verb=verb, model=name)
        await done

    async def _listen(self, models: Models) -> None:
        self._wire = wire = Wire(*await asyncio.open_connection(sock=self._socket, limit=MOST_BYTES))
        async for message in wire.heard():
            match message["kind"]:
                case "others":
                    self._others = True
                    for callback in models.changed:
                        callback()
                case "do":
                    self._later(self._do(models, wire, message))
                case "done":
                    self._answered(message)
        log.error("the supervisor is gone, so this worker ends")
        os.kill(os.getpid(), signal.SIGTERM)

    async def _do(self, models: Models, wire: Wire, message: dict[str, Any]) -> None:
        error: ProtocolError | None = None
        try:
            await models.here(message["verb"], message["model"])
        except ProtocolError as refused:
            error = refused
        except Exception as fault:
            log.exception("%s hit a fault of the server", message["verb"])
            error = ProtocolError(f"the server has a fault ({type(fault).__name__}); its log says more", 500)
        wire.say("done", id=message["id"], error=error_as_json(error))

    def _answered(self, message: dict[str, Any]) -> None:
        done = self._asked.pop(message["id"])
        if done.done():
            return
        if error := error_of(message["error"]):
            done.set_exception(error)
        else:
            done.set_result(None)

    def _later(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def main() -> None:
    """Serves as the supervisor's welcome says."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    welcome = Welcome.model_validate_json(_line(connection))
    settings = Settings.model_validate(welcome.settings)
    set_up(settings.log_level)
    _sign_logs(welcome.slot)
    link = Link(connection)
    context = WorkerContext(
        welcome.slot, Path(welcome.directory), welcome.late, welcome.names, link.report_ready, link.join
    )
    failure = serve(settings, context)
    if failure is not None:
        link.tell_failed(failure)
        sys.exit(1)


def _line(connection: socket.socket) -> bytes:
    """Up to the first line's end, and no byte further: the rest is the wire's."""
    line = b""
    while not line.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte:
            sys.exit("the supervisor is gone")
        line += byte
    return line


def _sign_logs(slot: int) -> None:
    make = logging.getLogRecordFactory()

    def signed(*arguments: Any, **named: Any) -> logging.LogRecord:
        record = make(*arguments, **named)
        record.worker = slot
        return record

    logging.setLogRecordFactory(signed)


if __name__ == "__main__":
    main()
