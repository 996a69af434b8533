"""A program in a pod, its standard input and output over a websocket."""

import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import websocket
from kubernetes import client
from kubernetes.stream import stream
from kubernetes.stream.ws_client import STDERR_CHANNEL, STDOUT_CHANNEL

from colonnade_access import websockets
from colonnade_access.errors import ColonnadeError
from colonnade_access.store.pod import StorePod

FORBIDDEN = "403"
IDLE_SECONDS = 120
"""Longest silence of the other side: it may have to hash a large file before it speaks."""


class Channel:
    """All methods raise ColonnadeError when the connection ends or stays silent too long."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._received = bytearray()

    def write(self, chunk: bytes) -> None:
        self._socket.write_stdin(chunk)

    def has_spoken(self) -> bool:
        """Without waiting: is there something to read already?"""
        if self._socket.is_open():
            self._take(timeout=0)
        return bool(self._received)

    def read_line(self) -> dict[str, Any]:
        while b"\n" not in self._received:
            self._take(IDLE_SECONDS)
            self._must_go_on()
        line, _, rest = bytes(self._received).partition(b"\n")
        self._received = bytearray(rest)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def read(self) -> bytes:
        """The next bytes, at least one."""
        while not self._received:
            self._take(IDLE_SECONDS)
            self._must_go_on()
        chunk, self._received = bytes(self._received), bytearray()
        return chunk

    def _take(self, timeout: float) -> None:
        started = time.monotonic()
        self._socket.update(timeout=timeout)
        self._received += self._socket.read_channel(STDOUT_CHANNEL) or b""
        if timeout and self._socket.is_open() and time.monotonic() - started >= timeout:
            raise ColonnadeError(f"the store's pod said nothing for {timeout:.0f} s; try again")

    def _must_go_on(self) -> None:
        if self._received or self._socket.is_open():
            return
        said = bytes(self._socket.read_channel(STDERR_CHANNEL) or b"").decode("utf-8", "replace").strip()
        reason = said.splitlines()[-1] if said else "the connection ended"
        raise ColonnadeError(f"the store's pod gave up: {reason}")


@contextmanager
def running(store: StorePod, program: str, *arguments: str) -> Iterator[Channel]:
    """The Python program runs in the pod until the `with` ends."""
    try:
        socket = _opened(store, ["python", "-c", program, *arguments])
        socket.sock.settimeout(IDLE_SECONDS)
        try:
            yield Channel(socket)
        finally:
            socket.close()
    except (client.ApiException, websocket.WebSocketException, ssl.SSLError, OSError) as error:
        said = websockets.cause(error)
        advice = f"ask for the role edit in namespace {store.cluster.namespace}" if FORBIDDEN in said else "try again"
        raise ColonnadeError(f"the connection into the pod {store.name} broke: {said}; {advice}") from error


def _opened(store: StorePod, command: list[str]) -> Any:
    with websockets.patient():
        return stream(
            client.CoreV1Api(store.cluster.api).connect_get_namespaced_pod_exec,
            store.name,
            store.cluster.namespace,
            command=command,
            stdin=True,
            stdout=True,
            stderr=True,
            tty=False,
            binary=True,
            _preload_content=False,
        )
