"""What supervisor and worker say to each other, over a socket of their own: a JSON object a line.

Supervisor: `Welcome` first; `others` (all are ready), `do` (load or unload), `done` (everywhere, of what was asked).
Worker: `ready` (with the models that answer), `ask` (do this everywhere), `done` (of a `do`), `failed` (why it ends).
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from pydantic import BaseModel

from ..protocol.errors import ProtocolError

MOST_BYTES = 1 << 20


class Welcome(BaseModel):
    """What a worker is started with; see WorkerContext. settings: as JSON."""

    settings: dict[str, Any]
    slot: int
    directory: str
    late: bool
    names: list[str] | None


class Wire:
    """One end of the socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def say(self, kind: str, **values: Any) -> None:
        """Sends a message; to one who is gone, nothing."""
        if not self._writer.is_closing():
            self._writer.write(json.dumps({"kind": kind, **values}).encode() + b"\n")

    async def heard(self) -> AsyncIterator[dict[str, Any]]:
        """Each message of the other side, until it is gone."""
        try:
            while line := await self._reader.readline():
                yield json.loads(line)
        except (ConnectionError, json.JSONDecodeError):  # cut off in the middle of a line
            return

    def close(self) -> None:
        """Hangs up."""
        self._writer.close()


def error_as_json(error: ProtocolError | None) -> dict[str, Any] | None:
    """An error as a message's value."""
    return None if error is None else {"message": error.message, "status": error.status}


def error_of(value: dict[str, Any] | None) -> ProtocolError | None:
    """The error that `error_as_json` made a value of."""
    return None if value is None else ProtocolError(value["message"], value["status"])
